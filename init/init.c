/* ISC license. */

/* The first process, until s6-svscan takes over: probe, /run, environment, scandir, stage 2, exec. See init(8). */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/capability.h>

#include <skalibs/alloc.h>
#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/env.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "accessat.h"
#include "boot.h"
#include "bootmode.h"
#include "contenv.h"
#include "etcdir.h"
#include "evidence.h"
#include "fatal.h"
#include "logger.h"
#include "nulldevice.h"
#include "paths.h"
#include "programs.h"
#include "rc.h"
#include "remedies.h"
#include "resourcelimits.h"
#include "room.h"
#include "runsetup.h"
#include "scandir.h"
#include "svscan.h"
#include "variables.h"
#include "verbosity.h"

#define OWN_VARIABLES 5

static struct report report = REPORT_ZERO ;

/* The kernel drops what PID 1 has no handler for, unless it is blocked: then stop_pending() finds it. All else is as at the start of a
   machine, whatever the runtime has blocked or ignores: services inherit it, and one that ignores SIGTERM does not stop. */
static void hold_signals (void)
{
  sigset_t set ;
  size_t i = 0 ;
  int sig = 1 ;
  sigemptyset(&set) ;
  for (; scandir_stops[i] ; i++) sigaddset(&set, scandir_stops[i]) ;
  sigprocmask(SIG_SETMASK, &set, 0) ;
  for (; sig < NSIG ; sig++) signal(sig, SIG_DFL) ;
  /* a write beyond the limit of a file's size is to fail with a word, not to end us without */
  sig_ignore(SIGXFSZ) ;
}

static int stop_pending (void)
{
  sigset_t set ;
  size_t i = 0 ;
  if (sigpending(&set) == -1) return 0 ;
  for (; scandir_stops[i] ; i++) if (sigismember(&set, scandir_stops[i])) return 1 ;
  return 0 ;
}

static void inspect_root (struct boot *b, struct rootfs *root, char const *const *envp)
{
  char const *declared = env_get2(envp, VAR_READ_ONLY_ROOT) ;
  if (rootfs_inspect(b->rootfd, root) == -1) fatal(EXIT_SYSTEM, errno, "unable to examine the root file system", "", "") ;
  evidence(b, "root file system", rootfs_type_name(root->type)) ;
  evidence(b, "mount flag", root->flag_readonly ? "read-only" : "read-write") ;
  evidence(b, "write probe", writability_name(root->probe)) ;
  if (root->probe_errno) evidence(b, "write probe errno", strerror(root->probe_errno)) ;
  if (root->probe == WRITABLE_FULL)
    say_warning("the root file system is full (", strerror(root->probe_errno), "): treated as writable; free some space") ;
  if (declared && *declared && contenv_is_true(declared) != root->readonly)
    say_warning(VAR_READ_ONLY_ROOT " is ", declared, ", but the root file system is ", root->readonly ? "read-only" : "writable",
      ": the variable is ignored; remove it") ;
}

/* Some runtimes hold a descriptor open until the container may go on: s6-linux-init-maker's -W. */
static void await_runtime (char const *const *envp)
{
  char const *value = env_get2(envp, VAR_WAIT_FD) ;
  unsigned int fd ;
  char buf[256] ;
  ssize_t r ;
  if (!value || !uint0_scan(value, &fd) || fd < 3 || fd > INT_MAX) return ;
  do r = fd_read((int)fd, buf, sizeof buf) ; while (r > 0) ;
  if (r == -1) say_warningsys("wait for descriptor ", value, " (" VAR_WAIT_FD ")") ;
  else fd_close((int)fd) ;
}

/* A runtime profile is another place for what an image keeps in /etc. */
static void choose_profile (struct boot *b, char const *const *envp)
{
  static char path[ETCDIR_MAX] ;
  char const *name = env_get2(envp, VAR_PROFILE) ;
  int fd ;
  if (etcdir_path(name, path) == -1)
    fatal(EXIT_USER, 0, VAR_PROFILE " is not the name of a directory in /" ROOT_PROFILES ": ", name, REMEDY_VARIABLE) ;
  b->etc = path ;
  if (!name || !*name) return ;
  fd = openat(b->rootfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) fatal(EXIT_USER, errno, "unable to open the directory of " VAR_PROFILE ", /", path, REMEDY_VARIABLE) ;
  fd_close(fd) ;
}

/* Under a small init of the runtime's, or in a PID namespace that others share, we are not process 1. Orphans come to process 1, unless
   there is somebody like us between; execve keeps that. */
static void become_reaper (struct boot const *b)
{
  char fmt[PID_FMT] ;
  pid_t pid = getpid() ;
  fmt[pid_fmt(fmt, pid)] = 0 ;
  evidence(b, "process", fmt) ;
  if (pid != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1ul, 0ul, 0ul, 0ul) == -1)
    say_warningsys("become the parent of orphans: those of services are not ended with the container") ;
}

static void ids_evidence (struct boot const *b, char const *what, struct idmap const *m)
{
  stralloc ids = STRALLOC_ZERO ;
  if (!idmap_format(m, &ids) || !stralloc_0(&ids)) fatal(EXIT_SYSTEM, errno, "unable to keep the boot report", "", "") ;
  evidence(b, what, ids.s) ;
  stralloc_free(&ids) ;
}

static void inspect_privileges (struct boot *b)
{
  struct privileges *p = &b->privileges ;
  char fmt[UINT64_FMT] ;
  privileges_inspect(p) ;
  fmt[uint_fmt(fmt, p->euid)] = 0 ;
  evidence(b, "uid", fmt) ;
  fmt[uint_fmt(fmt, p->egid)] = 0 ;
  evidence(b, "gid", fmt) ;
  fmt[uint64_xfmt(fmt, p->capabilities)] = 0 ;
  evidence(b, "capabilities", fmt) ;
  evidence(b, "no_new_privs", p->no_new_privs ? "yes" : "no") ;
  evidence(b, "user namespace", p->userns == -1 ? "unknown" : p->userns ? "yes" : "no") ;
  if (p->userns != 1) return ;
  ids_evidence(b, "uids that are mapped", &p->uids) ;
  ids_evidence(b, "gids that are mapped", &p->gids) ;
  evidence(b, "setgroups", p->setgroups_denied ? "denied" : "allowed") ;
}

/* /var/run belongs to the image; a directory there means that two places claim to be /run. Nothing in it is touched. */
static void inspect_var_run (struct boot const *b)
{
  struct stat st ;
  if (fstatat(b->rootfd, ROOT_VAR_RUN, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
    say_warning("/" ROOT_VAR_RUN " is a directory of its own, not a link to " PATH_RUN ": left as it is; run init-bake in the image build") ;
}

/* PATH with /command in front, where execline's and s6's programs are. */
static char const *make_path (char const *const *envp, stralloc *sa)
{
  char const *old = env_get2(envp, VAR_PATH) ;
  size_t len = strlen(PATH_COMMAND) ;
  if (!old || !*old) old = PATH_DEFAULT ;
  if (!stralloc_cats(sa, VAR_PATH "=")) return 0 ;
  if (strncmp(old, PATH_COMMAND, len) || (old[len] && old[len] != ':'))
    if (!stralloc_cats(sa, PATH_COMMAND ":")) return 0 ;
  return stralloc_cats(sa, old) && stralloc_append(sa, 0) ? sa->s : 0 ;
}

/* Without root, HOME is often that of another user, or of nobody: what is not to be entered is no home. Returns 0 when it is one. */
static char const *choose_home (struct boot const *b, char const *const *envp)
{
  char const *home = env_get2(envp, VAR_HOME) ;
  if (b->mode & BOOT_ROOT || (home && home[0] == '/' && accessat(b->rootfd, home[1] ? home + 1 : ".", X_OK) == 0)) return 0 ;
  return accessat(b->rootfd, ROOT_CONFIG, X_OK) == 0 ? VAR_HOME "=" PATH_CONFIG : VAR_HOME "=/" ;
}

static int is_own (char const *s, int own_home)
{
  static char const *const own[] = { VAR_PATH "=", VAR_READ_ONLY_FS "=", VAR_NON_ROOT_USER "=", VAR_HOME "=" } ;
  size_t i = 0 ;
  for (; i < sizeof own / sizeof own[0] - !own_home ; i++) if (!strncmp(s, own[i], strlen(own[i]))) return 1 ;
  return 0 ;
}

/* Returns what was dumped. */
static char const *const *dump_environment (struct boot *b, char const *path, char const *const *envp)
{
  char const *home = choose_home(b, envp) ;
  char const **new ;
  size_t n = 0, i = 0 ;
  unsigned int skipped ;
  while (envp[n]) n++ ;
  new = alloc((n + OWN_VARIABLES) * sizeof *new) ;
  if (!new) fatal(EXIT_SYSTEM, errno, "unable to copy the environment", "", "") ;
  for (n = 0 ; envp[n] ; n++) if (!is_own(envp[n], !!home)) new[i++] = envp[n] ;
  new[i++] = path ;
  if (home) new[i++] = home ;
  if (b->mode & (BOOT_RO | BOOT_NONROOT_RO)) new[i++] = VAR_READ_ONLY_FS "=1" ;
  if (b->mode & BOOT_NONROOT) new[i++] = VAR_NON_ROOT_USER "=1" ;
  new[i] = 0 ;
  b->contenvfd = openat(b->runfd, RUN_CONTENV, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (b->contenvfd == -1 || contenv_dump(b->contenvfd, new, &skipped) == -1)
    fatal(errno == ENOSPC ? EXIT_USER : EXIT_SYSTEM, errno, "unable to write the environment to " PATH_CONTENV, "",
      errno == ENOSPC ? REMEDY_RUN_SPACE : "") ;
  if (skipped) say_warning("environment variables whose names cannot be file names are not passed to services") ;
  return new ;
}

/* A pipe belongs to whoever made it, often a root outside: without this, a service that runs as another user cannot open
   /dev/stdout or /dev/stderr. Only pipes: the mode of a file or a terminal is its owner's business. */
static void open_stdio (void)
{
  int fd = 1 ;
  for (; fd <= 2 ; fd++)
  {
    struct stat st ;
    if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) fchmod(fd, (st.st_mode & 07777) | 0222) ;
  }
}

int init_main (int argc, char const *const *argv, char const *const *envp)
{
  struct boot b = { .rootfd = -1, .runfd = -1, .contenvfd = -1, .mode = 0, .report = &report, .readyfd = -1, .logger = 0 } ;
  struct rootfs root ;
  struct rundir run ;
  stralloc path = STRALLOC_ZERO ;
  char const *minimal[2] = { 0, 0 } ;
  char const *const *full ;
  char const *what ;
  int ready[2] ;
  char const *keep = env_get2(envp, VAR_KEEP_ENV) ;
  PROG = "init" ;
  (void)argc ;
  if (nulldevice_fill_stdio() == -1) fatal(EXIT_SYSTEM, errno, "unable to open something in place of a standard stream that is closed", "", "") ;
  hold_signals() ;
  umask(022) ;
  verbosity_set(env_get2(envp, VAR_VERBOSITY)) ;
  resourcelimits_check() ;
  if (!nulldevice_exists()) say_warning("the runtime has made no device " PATH_NULL ": what uses it may fail") ;
  await_runtime(envp) ;
  become_reaper(&b) ;
  b.rootfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (b.rootfd == -1) fatal(EXIT_SYSTEM, errno, "unable to open /", "", "") ;
  inspect_root(&b, &root, envp) ;
  inspect_privileges(&b) ;
  b.mode = bootmode_of(&root, &b.privileges) ;
  report.mode = bootmode_name(b.mode) ;
  choose_profile(&b, envp) ;
  inspect_var_run(&b) ;
  runsetup(&b, &run) ;
  if (!make_path(envp, &path)) fatal(EXIT_SYSTEM, errno, "unable to compose PATH", "", "") ;
  minimal[0] = path.s ;
  full = dump_environment(&b, path.s, envp) ;
  open_stdio() ;
  logger_prepare(&b, envp) ;
  if (scandir_make(b.runfd, PATH_EXE, &what) == -1)
    fatal(errno == ENOSPC ? EXIT_USER : EXIT_SYSTEM, errno, "unable to prepare " PATH_RUN "/", what,
      errno == ENOSPC ? REMEDY_RUN_SPACE : "") ;
  /* s6-svscan, stage 2 and its first service would fail one after the other */
  if (!room_for(b.runfd, RUN_FILES, RUN_BLOCKS)) fatal(EXIT_USER, ENOSPC, "unable to boot in " PATH_RUN, "", REMEDY_RUN_SPACE) ;
  if (pipe2(ready, O_CLOEXEC) == -1 || uncoe(ready[1]) == -1) fatal(EXIT_SYSTEM, errno, "unable to make a pipe", "", "") ;
  /* s6-svscan unblocks all signals before it has its handlers, and would never see this one; nothing has begun that needs a stop */
  if (stop_pending())
  {
    say_info("told to stop before the boot has begun") ;
    rundir_end(b.rootfd, b.runfd) ;
    return 0 ;
  }
  /* from here on others use the state */
  fatal_undo(0) ;
  switch (fork())
  {
    case -1 : fatal(EXIT_SYSTEM, errno, "unable to fork", "", "") ;
    case 0 :
      fd_close(ready[1]) ;
      b.readyfd = ready[0] ;
      _exit(rc_main(&b, argv + 1)) ;
    default : break ;
  }
  /* from here on this process must not fail: only the exec is left. A place that others share stays locked for as long as the process lives,
     which takes a descriptor that it keeps, and that its children inherit without the lock. */
  if (run.step == RUNDIR_SHM) uncoe(run.lockfd) ;
  svscan_exec(&b, keep && contenv_is_true(keep) ? full : minimal, ready[1]) ;
}
