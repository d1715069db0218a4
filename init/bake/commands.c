/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "accessat.h"
#include "boot.h"
#include "commands.h"
#include "directory.h"
#include "paths.h"

static char const *const program_dirs[] = { ROOT_EXECLINE_DIR, ROOT_PROGRAM_DIRS } ;

/* execline's programs, where they share a directory with others (Alpine); and what s6 installs without its prefix */
static char const *const command_names[] =
{
  "background", "backtick", "case", "cd", "define", "dollarat", "elgetopt", "elgetpositionals", "elglob", "eltest", "emptyenv",
  "envfile", "exec", "execline-cd", "execline-umask", "execlineb", "exit", "export", "fdblock", "fdclose", "fdmove", "fdreserve",
  "fdswap", "forbacktickx", "foreground", "forstdin", "forx", "getcwd", "getpid", "heredoc", "homeof", "if", "ifelse", "ifte",
  "ifthenelse", "importas", "loopwhilex", "multidefine", "multisubstitute", "pipeline", "piperw", "posix-cd", "posix-umask",
  "redirfd", "runblock", "shift", "trap", "tryexec", "ucspilogd", "umask", "unexport", "wait", "withstdinas"
} ;

#define S6_RC "s6-rc"

char const *const commands_own[] = { "with-contenv", "printcontenv", "lsiown", "init-status", S6_RC, 0 } ;

static int is_command (char const *dir, char const *name)
{
  size_t i = 0 ;
  if (name[0] == '.') return 0 ;
  if (!strcmp(dir, ROOT_EXECLINE_DIR) || !strncmp(name, "s6-", 3) || !strncmp(name, "s6lockd", 7)) return 1 ;
  for (; i < sizeof command_names / sizeof command_names[0] ; i++) if (!strcmp(name, command_names[i])) return 1 ;
  return 0 ;
}

/* Returns how many links were made. One that leads nowhere is of no use to anyone, and gives way. */
static unsigned int link_command (struct image const *image, int commandfd, char const *target, char const *name)
{
  int r = symlinkat(target, commandfd, name) ;
  if (r == -1 && errno == EEXIST)
  {
    if (accessat(commandfd, name, F_OK) == 0) return 0 ;
    if (unlinkat(commandfd, name, 0) == 0) r = symlinkat(target, commandfd, name) ;
  }
  if (r == -1) strerr_diefusys(EXIT_SYSTEM, "link ", image->name, PATH_COMMAND "/", name) ;
  return 1 ;
}

static unsigned int link_commands_of (struct image const *image, int commandfd, char const *dirname)
{
  unsigned int n = 0 ;
  DIR *dir ;
  int fd = openat(image->rootfd, dirname, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1)
  {
    if (errno == ENOENT) return 0 ;
    strerr_diefusys(EXIT_SYSTEM, "open ", image->name, "/", dirname) ;
  }
  dir = fdopendir(fd) ;
  if (!dir) strerr_diefusys(EXIT_SYSTEM, "read ", image->name, "/", dirname) ;
  for (;;)
  {
    char target[PATH_MAX] ;
    struct dirent const *d = readdir(dir) ;
    if (!d) break ;
    if (!is_command(dirname, d->d_name)) continue ;
    snprintf(target, sizeof target, "/%s/%s", dirname, d->d_name) ;
    /* s6-overlay has links from here to what may be missing in /command: the two would make a circle */
    if (accessat(image->rootfd, target + 1, X_OK) == 0) n += link_command(image, commandfd, target, d->d_name) ;
  }
  closedir(dir) ;
  return n ;
}

/* Not by make install: that knows no image, which may have its own. */
static void link_s6_rc (struct image const *image)
{
  if (symlinkat(PATH_EXE, image->rootfd, ROOT_S6_RC) == 0) strerr_warni("linked /" ROOT_S6_RC) ;
  else if (errno != EEXIST) strerr_diefusys(EXIT_SYSTEM, "link ", image->name, "/" ROOT_S6_RC) ;
}

void commands_bake (struct image const *image)
{
  unsigned int n = 0 ;
  size_t i = 0 ;
  char line[64] ;
  int fd ;
  directory_bake(image, ROOT_COMMAND, 0) ;
  fd = openat(image->rootfd, ROOT_COMMAND, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) strerr_diefusys(EXIT_SYSTEM, "open ", image->name, PATH_COMMAND) ;
  for (; commands_own[i] ; i++) n += link_command(image, fd, PATH_EXE, commands_own[i]) ;
  for (i = 0 ; i < sizeof program_dirs / sizeof program_dirs[0] ; i++) n += link_commands_of(image, fd, program_dirs[i]) ;
  fd_close(fd) ;
  link_s6_rc(image) ;
  if (!n) return ;
  snprintf(line, sizeof line, "%u", n) ;
  strerr_warni("linked ", line, " programs in " PATH_COMMAND) ;
}
