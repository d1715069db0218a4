/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/alloc.h>
#include <skalibs/djbunix.h>
#include <skalibs/genalloc.h>
#include <skalibs/iopause.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "boot.h"
#include "atomicfile.h"
#include "clock.h"
#include "cmdpid.h"
#include "console.h"
#include "contenv.h"
#include "contfinish.h"
#include "lockfile.h"
#include "paths.h"
#include "programs.h"
#include "scandir.h"
#include "stop.h"
#include "svevent.h"
#include "variables.h"
#include "verbosity.h"

/* after a KILL, s6-supervise lets finish run for timeout-finish, 5000 by default: s6-supervise.c; and a little to exec it */
#define FINISH_GRACETIME 5500

/* stage 2 ends its CMD within S6_KILL_GRACETIME; this much later it is stuck itself */
#define RC_MARGIN 2000

/* the loggers have read what the services have said: what keeps the catch-all logger now is left over */
#define LEFTOVER_TIME 200

struct target
{
  char name[256] ;
  int dirfd ;
  int eventfd ;
} ;

int stop_begun (int runfd)
{
  return lockfile_holder(runfd, RUN_STOP_LOCK) > 0 ;
}

/* Ends stage 2 if it still runs (the boot is not over, or a CMD is there), and waits until its lock is free. */
static void stop_rc (int runfd, unsigned int grace)
{
  pid_t pid = lockfile_holder(runfd, RUN_RC_LOCK) ;
  if (pid <= 0 || pid == getpid() || kill(pid, SIGTERM) == -1) return ;
  if (lockfile_wait(runfd, RUN_RC_LOCK, grace > INT_MAX - RC_MARGIN ? UINT_MAX : grace + RC_MARGIN) == 0) return ;
  say_warning("stage 2 does not end: killed") ;
  kill(pid, SIGKILL) ;
}

/* s6-svscan waits for its supervisors without limit, and a logger for the last writer of its pipe, which may be a daemon that nobody
   supervises. Its lock is free when it has executed finish; until then, and no longer than the grace, it has its time. */
static void stop_svscan (int runfd, unsigned int grace)
{
  int logged = console_return(runfd) ;
  if (scandir_control(runfd, "t", 1) == -1)
  {
    /* none runs: another stop has been here before */
    if (errno != ENXIO) say_warningsys("tell s6-svscan to end") ;
    return ;
  }
  if (logged && lockfile_wait(runfd, SCANDIR_CONTROL "/lock", grace < LEFTOVER_TIME ? grace : LEFTOVER_TIME) == 0) return ;
  /* what is left writes to the log and is told to end while that still reads; s6-log itself is deaf to it */
  if (logged && scandir_pid(runfd) == 1) { kill(-1, SIGTERM) ; kill(-1, SIGCONT) ; }
  if (lockfile_wait(runfd, SCANDIR_CONTROL "/lock", grace) == 0) return ;
  say_warning("s6-svscan still waits for its supervisors: killing what is left") ;
  /* everything but process 1 and this one; only where process 1 is ours */
  if (scandir_pid(runfd) == 1) kill(-1, SIGKILL) ;
}

static int is_down (int dirfd)
{
  s6_svstatus_t st ;
  return svevent_status(dirfd, &st) == 0 && !st.pid && !st.flagfinishing ;
}

/* The owner of process pid, which /proc shows; root where it cannot be seen. */
static uid_t owner (pid_t pid)
{
  struct stat st ;
  char path[sizeof PATH_PROC + 1 + PID_FMT] = PATH_PROC "/" ;
  path[sizeof PATH_PROC + pid_fmt(path + sizeof PATH_PROC, pid)] = 0 ;
  return stat(path, &st) == 0 ? st.st_uid : 0 ;
}

/* Sends sig to the service's process pid, and with group to its whole process group. Without the capability KILL root may not signal
   another user's process, but it may still become that user. */
static void signal_service (pid_t pid, int group, int sig)
{
  pid_t target = group ? -pid : pid ;
  pid_t child ;
  int wstat ;
  if (kill(target, sig) == 0 || errno != EPERM) return ;
  child = fork() ;
  if (child == -1) { say_warningsys("signal a service of another user") ; return ; }
  if (!child) _exit(setuid(owner(pid)) == -1 || kill(target, sig) == -1) ;
  waitpid_nointr(child, &wstat, 0) ;
}

/* Its supervisor may not be allowed to: see signal_service(). */
static void help_supervisor (int dirfd)
{
  s6_svstatus_t st ;
  if (svevent_status(dirfd, &st) == -1 || st.pid <= 1 || st.flagfinishing || kill(st.pid, 0) == 0 || errno != EPERM) return ;
  signal_service(st.pid, 0, SIGTERM) ;
  signal_service(st.pid, 0, SIGCONT) ;
}

/* Tells the service to go down. Returns 1 when it is to be waited for, with *t filled in. */
static int bring_down (int scanfd, char const *name, struct target *t)
{
  size_t len = strlen(name) ;
  if (len >= sizeof t->name) return 0 ;
  memcpy(t->name, name, len + 1) ;
  t->dirfd = openat(scanfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (t->dirfd == -1) return 0 ;
  t->eventfd = svevent_subscribe(t->dirfd) ;
  if (svevent_control(t->dirfd, "d", 1) == 0 && t->eventfd >= 0 && !is_down(t->dirfd))
  {
    help_supervisor(t->dirfd) ;
    return 1 ;
  }
  if (t->eventfd >= 0) fd_close(t->eventfd) ;
  fd_close(t->dirfd) ;
  return 0 ;
}

static void collect (int runfd, genalloc *targets)
{
  DIR *dir ;
  int fd = openat(runfd, RUN_SCANDIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) { say_warningsys("open the scandir") ; return ; }
  dir = fdopendir(fd) ;
  if (!dir) { fd_close(fd) ; say_warningsys("read the scandir") ; return ; }
  for (;;)
  {
    struct target t ;
    struct dirent const *d = readdir(dir) ;
    if (!d) break ;
    /* the catch-all logger ends when nobody is left to be logged: s6-svscan sees to it */
    if (d->d_name[0] == '.' || !strcmp(d->d_name, LOGGER_SERVICE)) continue ;
    if (bring_down(fd, d->d_name, &t) && !genalloc_append(struct target, targets, &t))
      say_warningsys("wait for service ", d->d_name) ;
  }
  closedir(dir) ;
}

/* Waits for the targets, at most until the deadline; those that are down leave the list. */
static void wait_down (genalloc *targets, unsigned int ms)
{
  struct target *t = genalloc_s(struct target, targets) ;
  size_t n = genalloc_len(struct target, targets) ;
  iopause_fd *x = alloc(n * sizeof *x + 1) ;
  tain deadline ;
  if (!x) { say_warningsys("wait for the services") ; return ; }
  clock_deadline(&deadline, ms) ;
  while (n)
  {
    size_t i = 0 ;
    for (; i < n ; i++) { x[i].fd = t[i].eventfd ; x[i].events = IOPAUSE_READ ; }
    if (iopause_g(x, (unsigned int)n, &deadline) <= 0) break ;
    for (i = n ; i-- ;)
    {
      char buf[64] ;
      ssize_t r ;
      if (!(x[i].revents & (IOPAUSE_READ | IOPAUSE_EXCEPT))) continue ;
      r = svevent_read(t[i].eventfd, buf, sizeof buf) ;
      if (r > 0 && !memchr(buf, 'D', (size_t)r) && !memchr(buf, 'x', (size_t)r)
       /* a supervisor that was still starting when it was told, and so never starts the service */
       && !(memchr(buf, 's', (size_t)r) && is_down(t[i].dirfd))) continue ;
      fd_close(t[i].eventfd) ;
      fd_close(t[i].dirfd) ;
      t[i] = t[--n] ;
    }
  }
  alloc_free(x) ;
  genalloc_setlen(struct target, targets, n) ;
}

/* The whole process group: s6-supervise kills the service's own process only, and its children may ignore TERM as it does. */
static void kill_service (struct target const *t)
{
  s6_svstatus_t st ;
  if (svevent_status(t->dirfd, &st) == 0 && st.pid > 1 && !st.flagfinishing) signal_service(st.pid, 1, SIGKILL) ;
  svevent_control(t->dirfd, "k", 1) ;
}

static void stop_services (int runfd, int contenvfd)
{
  genalloc targets = GENALLOC_ZERO ;
  unsigned int grace = contenv_milliseconds(contenvfd, VAR_SERVICES_GRACETIME, SERVICES_GRACETIME_DEFAULT) ;
  char fmt[UINT_FMT] ;
  size_t i = 0 ;
  collect(runfd, &targets) ;
  wait_down(&targets, grace) ;
  fmt[uint_fmt(fmt, grace)] = 0 ;
  for (; i < genalloc_len(struct target, &targets) ; i++)
  {
    struct target const *t = genalloc_s(struct target, &targets) + i ;
    say_warning("service ", t->name, " is not down ", fmt, " ms after SIGTERM: killed; raise " VAR_SERVICES_GRACETIME " if it needs longer") ;
    kill_service(t) ;
  }
  wait_down(&targets, FINISH_GRACETIME) ;
  genalloc_free(struct target, &targets) ;
}

void stop_run (int runfd, int contenvfd)
{
  unsigned int grace ;
  int lock = lockfile_take(runfd, RUN_STOP_LOCK) ;
  if (lock == -1)
  {
    if (errno == EBUSY) return ;
    say_warningsys("lock " PATH_RUN "/" RUN_STOP_LOCK) ;
  }
  console_detach(runfd) ;
  clock_start() ;
  grace = contenv_milliseconds(contenvfd, VAR_KILL_GRACETIME, KILL_GRACETIME_DEFAULT) ;
  stop_rc(runfd, grace) ;
  stop_services(runfd, contenvfd) ;
  contfinish_run(contenvfd) ;
  stop_svscan(runfd, grace) ;
}

static int open_run (void)
{
  return open(PATH_RUN, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
}

int stop_ask (int runfd, pid_t pid)
{
  /* without the file a CMD that gets the signals would get this one too; for all other containers the signal is enough */
  if (atomicfile_write(runfd, RUN_HALT, "", 0, 0644) == -1) say_warningsys("write " PATH_RUN "/" RUN_HALT) ;
  return kill(pid, SIGTERM) ;
}

/* Sends the signal on to a CMD that is to get it. Returns whether there is one, and nobody has asked for a stop all the same:
   stage 2 stops the container when the CMD has ended, so it must be there. */
static int forward (int runfd, int sig)
{
  pid_t pid = cmdpid_read(runfd) ;
  if (!pid || faccessat(runfd, RUN_HALT, F_OK, 0) == 0 || lockfile_holder(runfd, RUN_RC_LOCK) <= 0) return 0 ;
  return kill(pid, sig) == 0 ;
}

/* s6-svscan's handler for a signal: called by its name, SIGTERM and the like. */
int stop_main (int argc, char const *const *argv, char const *const *envp)
{
  int runfd = open_run() ;
  int contenvfd ;
  char const *slash = strrchr(argv[0], '/') ;
  int sig = sig_number((slash ? slash + 1 : argv[0]) + sizeof "SIG" - 1) ;
  (void)argc ; (void)envp ;
  PROG = "stop" ;
  if (runfd == -1) strerr_diefusys(EXIT_SYSTEM, "open " PATH_RUN) ;
  contenvfd = openat(runfd, RUN_CONTENV, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (contenvfd == -1) say_warningsys("open " PATH_CONTENV) ;
  verbosity_load(contenvfd) ;
  /* whatever mask we were started with */
  sig_blocknone() ;
  sig_ignore(SIGPIPE) ;
  if (forward(runfd, sig) || sig == SIGWINCH) return 0 ;
  stop_run(runfd, contenvfd) ;
  return 0 ;
}

/* Not stop_run() itself: whoever calls halt is often a service, which would wait for its own end. */
int halt_main (int argc, char const *const *argv, char const *const *envp)
{
  int runfd = open_run() ;
  pid_t pid ;
  (void)argv ; (void)envp ;
  PROG = "halt" ;
  if (argc > 1) strerr_dieusage(EXIT_USER, HALT_USAGE) ;
  if (runfd == -1) strerr_diefusys(EXIT_SYSTEM, "open " PATH_RUN) ;
  pid = scandir_pid(runfd) ;
  if (pid == -1 && errno == EACCES) strerr_dief(EXIT_USER, "only the user that the container was started as can stop it") ;
  if (pid == -1) strerr_diefusys(EXIT_SYSTEM, "find s6-svscan") ;
  if (!pid) strerr_dief(EXIT_USER, "no s6-svscan runs on " PATH_SCANDIR ": is this a booted container?") ;
  if (stop_ask(runfd, pid) == -1) strerr_diefusys(errno == EPERM ? EXIT_USER : EXIT_SYSTEM, "signal s6-svscan") ;
  return 0 ;
}
