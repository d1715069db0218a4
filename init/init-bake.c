/* ISC license. */

/* Runs at image build: gives the image what the boot relies on. See init-bake(8). */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "accounts.h"
#include "accountsedit.h"
#include "boot.h"
#include "paths.h"
#include "programs.h"

#define USER_ID 911

static char const *const program_dirs[] = { ROOT_EXECLINE_DIR, ROOT_PROGRAM_DIRS } ;

/* without these no boot */
static struct { char const *name, *package ; } const needed[] =
{
  { "s6-svscan", "s6" },
  { "s6-supervise", "s6" },
  { "execlineb", "execline" }
} ;

/* execline's programs, where they share a directory with others (Alpine); and what s6 installs without its prefix */
static char const *const command_names[] =
{
  "background", "backtick", "case", "cd", "define", "dollarat", "elgetopt", "elgetpositionals", "elglob", "eltest", "emptyenv",
  "envfile", "exec", "execline-cd", "execline-umask", "execlineb", "exit", "export", "fdblock", "fdclose", "fdmove", "fdreserve",
  "fdswap", "forbacktickx", "foreground", "forstdin", "forx", "getcwd", "getpid", "heredoc", "homeof", "if", "ifelse", "ifte",
  "ifthenelse", "importas", "loopwhilex", "multidefine", "multisubstitute", "pipeline", "piperw", "posix-cd", "posix-umask",
  "redirfd", "runblock", "shift", "trap", "tryexec", "ucspilogd", "umask", "unexport", "wait", "withstdinas"
} ;

static char const *const own_commands[] = { "with-contenv", "printcontenv", "lsiown", "init-status" } ;

#define S6_RC "s6-rc"

static char const *rootname = "" ;

static int find_program (int rootfd, char const *name)
{
  size_t i = 0 ;
  for (; i < sizeof program_dirs / sizeof program_dirs[0] ; i++)
  {
    char path[PATH_MAX] ;
    if (snprintf(path, sizeof path, "%s/%s", program_dirs[i], name) < (int)sizeof path
     && faccessat(rootfd, path, X_OK, AT_SYMLINK_NOFOLLOW) == 0) return 1 ;
  }
  return 0 ;
}

static void check_programs (int rootfd)
{
  size_t i = 0 ;
  for (; i < sizeof needed / sizeof needed[0] ; i++)
    if (!find_program(rootfd, needed[i].name))
      strerr_dief(EXIT_USER, needed[i].name, " is not in the image: install the package ", needed[i].package, " first") ;
  if (faccessat(rootfd, ROOT_EXE, X_OK, 0) == -1)
    strerr_dief(EXIT_USER, rootname, PATH_EXE, " is not in the image: install stillroot there first") ;
}

/* Whether the id is free for abc: refuses what would make abc someone else. */
static void check_free (int rootfd, char const *file, char const *kind)
{
  char other[64] ;
  int r = accounts_owner_of_id(rootfd, file, USER_ID, APP_USER, other, sizeof other) ;
  if (r == -1 && errno != ENOENT) strerr_diefusys(EXIT_SYSTEM, "read ", rootname, "/", file) ;
  if (r == 1) strerr_dief(EXIT_USER, kind, " 911 belongs to ", other, " in ", rootname, "/", file, ": give that one another id, " APP_USER " needs 911") ;
}

static void bake_user (int rootfd)
{
  static struct accountsedit const edits[] =
  {
    { .kind = ACCOUNTSEDIT_GROUP, .name = APP_USER, .gid = USER_ID },
    { .kind = ACCOUNTSEDIT_USER, .name = APP_USER, .uid = USER_ID, .gid = USER_ID, .home = "/" ROOT_CONFIG, .shell = "/bin/false" }
  } ;
  char const *where ;
  uid_t uid ;
  gid_t gid, ggid ;
  int has_group, has_user ;
  check_free(rootfd, ROOT_PASSWD, "uid") ;
  check_free(rootfd, ROOT_GROUP, "gid") ;
  has_group = accounts_group(rootfd, APP_USER, &ggid) == 0 ;
  if (!has_group && errno != ENOENT) strerr_diefusys(EXIT_SYSTEM, "find the group " APP_USER " in ", rootname, "/" ROOT_GROUP) ;
  has_user = accounts_user(rootfd, APP_USER, &uid, &gid) == 0 ;
  if (!has_user && errno != ENOENT) strerr_diefusys(EXIT_SYSTEM, "find the user " APP_USER " in ", rootname, "/" ROOT_PASSWD) ;
  if ((has_group && ggid != USER_ID) || (has_user && (uid != USER_ID || gid != USER_ID)))
    strerr_dief(EXIT_USER, "user or group " APP_USER " exists in ", rootname, "/" ROOT_ETC " with another id than 911: remove it, or give it 911:911") ;
  if (accountsedit_apply(rootfd, edits, sizeof edits / sizeof edits[0], ACCOUNTSEDIT_MS, &where) == -1)
  {
    int e = errno ;
    strerr_dief(e == ENOTUNIQ || e == EILSEQ || e == ELOOP || e == ENXIO || e == ENOTDIR ? EXIT_USER : EXIT_SYSTEM,
      "unable to create user and group " APP_USER ": ", rootname, "/", where, ": ", accountsedit_strerror(e)) ;
  }
  if (!has_group) strerr_warni("created group " APP_USER " (911)") ;
  if (!has_user) strerr_warni("created user " APP_USER " (911:911, home /config, no shell)") ;
}

static void bake_directory (int rootfd, char const *name, uid_t owner)
{
  struct stat st ;
  int made = mkdirat(rootfd, name, 0755) == 0 ;
  int fd ;
  if (!made && errno != EEXIST) strerr_diefusys(EXIT_SYSTEM, "create ", rootname, "/", name) ;
  fd = openat(rootfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) strerr_dief(EXIT_USER, rootname, "/", name, " is not a directory: ", strerror(errno)) ;
  if (fstat(fd, &st) == -1) strerr_diefusys(EXIT_SYSTEM, "stat ", rootname, "/", name) ;
  if (made) strerr_warni("created /", name) ;
  if (st.st_uid != owner || st.st_gid != owner)
  {
    if (fchown(fd, owner, owner) == -1) strerr_diefusys(EXIT_SYSTEM, "chown ", rootname, "/", name) ;
    if (!made) strerr_warni("changed the owner of /", name) ;
  }
  fd_close(fd) ;
}

static int is_command (char const *dir, char const *name)
{
  size_t i = 0 ;
  if (name[0] == '.') return 0 ;
  if (!strcmp(dir, ROOT_EXECLINE_DIR) || !strncmp(name, "s6-", 3) || !strncmp(name, "s6lockd", 7)) return 1 ;
  for (; i < sizeof command_names / sizeof command_names[0] ; i++) if (!strcmp(name, command_names[i])) return 1 ;
  return 0 ;
}

static unsigned int link_command (int commandfd, char const *target, char const *name)
{
  if (symlinkat(target, commandfd, name) == 0) return 1 ;
  if (errno != EEXIST) strerr_diefusys(EXIT_SYSTEM, "link ", rootname, PATH_COMMAND "/", name) ;
  return 0 ;
}

static unsigned int link_commands_of (int rootfd, int commandfd, char const *dirname)
{
  unsigned int n = 0 ;
  DIR *dir ;
  int fd = openat(rootfd, dirname, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1)
  {
    if (errno == ENOENT) return 0 ;
    strerr_diefusys(EXIT_SYSTEM, "open ", rootname, "/", dirname) ;
  }
  dir = fdopendir(fd) ;
  if (!dir) strerr_diefusys(EXIT_SYSTEM, "read ", rootname, "/", dirname) ;
  for (;;)
  {
    char target[PATH_MAX] ;
    struct dirent const *d = readdir(dir) ;
    if (!d) break ;
    if (!is_command(dirname, d->d_name)) continue ;
    if (snprintf(target, sizeof target, "/%s/%s", dirname, d->d_name) < (int)sizeof target)
      n += link_command(commandfd, target, d->d_name) ;
  }
  closedir(dir) ;
  return n ;
}

/* Where the image has none of its own, whose live directory it would be. Not by make install: that knows no image. */
static unsigned int link_s6_rc (int rootfd, int commandfd)
{
  unsigned int n = link_command(commandfd, PATH_EXE, S6_RC) ;
  if (n && symlinkat(PATH_EXE, rootfd, ROOT_S6_RC) == -1 && errno != EEXIST) strerr_diefusys(EXIT_SYSTEM, "link ", rootname, "/" ROOT_S6_RC) ;
  return n ;
}

static void bake_commands (int rootfd)
{
  unsigned int n = 0 ;
  size_t i = 0 ;
  char line[64] ;
  int fd ;
  bake_directory(rootfd, ROOT_COMMAND, 0) ;
  fd = openat(rootfd, ROOT_COMMAND, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) strerr_diefusys(EXIT_SYSTEM, "open ", rootname, PATH_COMMAND) ;
  for (; i < sizeof program_dirs / sizeof program_dirs[0] ; i++) n += link_commands_of(rootfd, fd, program_dirs[i]) ;
  for (i = 0 ; i < sizeof own_commands / sizeof own_commands[0] ; i++) n += link_command(fd, PATH_EXE, own_commands[i]) ;
  n += link_s6_rc(rootfd, fd) ;
  fd_close(fd) ;
  if (!n) return ;
  snprintf(line, sizeof line, "%u", n) ;
  strerr_warni("linked ", line, " programs in " PATH_COMMAND) ;
}

static void bake_var_run (int rootfd)
{
  struct stat st ;
  if (fstatat(rootfd, ROOT_VAR_RUN, &st, AT_SYMLINK_NOFOLLOW) == 0)
  {
    if (!S_ISDIR(st.st_mode)) return ;
    if (unlinkat(rootfd, ROOT_VAR_RUN, AT_REMOVEDIR) == -1)
    {
      strerr_warnw("/" ROOT_VAR_RUN " is a directory with files in it: left as it is; move them to " PATH_RUN " and run init-bake again") ;
      return ;
    }
  }
  mkdirat(rootfd, "var", 0755) ;
  if (symlinkat(PATH_RUN, rootfd, ROOT_VAR_RUN) == -1) strerr_diefusys(EXIT_SYSTEM, "link ", rootname, "/" ROOT_VAR_RUN) ;
  strerr_warni("linked /" ROOT_VAR_RUN " to " PATH_RUN) ;
}

int init_bake_main (int argc, char const *const *argv, char const *const *envp)
{
  char const *root = argc > 1 ? argv[1] : "/" ;
  int rootfd ;
  (void)envp ;
  PROG = "init-bake" ;
  if (argc > 2 || root[0] == '-') strerr_dieusage(EXIT_USER, INIT_BAKE_USAGE) ;
  rootname = argc > 1 && strcmp(root, "/") ? root : "" ;
  umask(022) ;
  rootfd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (rootfd == -1) strerr_diefusys(EXIT_USER, "open the image root ", root) ;
  check_programs(rootfd) ;
  bake_user(rootfd) ;
  bake_directory(rootfd, ROOT_APP, USER_ID) ;
  bake_directory(rootfd, ROOT_CONFIG, USER_ID) ;
  bake_directory(rootfd, ROOT_DEFAULTS, USER_ID) ;
  bake_directory(rootfd, ROOT_RUN, 0) ;
  bake_commands(rootfd) ;
  bake_var_run(rootfd) ;
  strerr_warni("the image is ready: ENTRYPOINT [\"/init\"]") ;
  return 0 ;
}
