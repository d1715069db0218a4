/* ISC license. */

/* The last program of PID 1: s6-svscan executes it when every supervisor has ended. What still runs gets TERM, and KILL after
   S6_KILL_GRACETIME; the exit code of the container is that of RUN_EXITCODE. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbtime.h>
#include <skalibs/djbunix.h>
#include <skalibs/sig.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/tai.h>
#include <skalibs/types.h>

#include "boot.h"
#include "clock.h"
#include "contenv.h"
#include "exitcode.h"
#include "paths.h"
#include "programs.h"
#include "stop.h"
#include "variables.h"
#include "verbosity.h"

/* how long what has been killed may take to be gone, milliseconds */
#define KILLED_GRACETIME 1000

/* Reaps what has ended. Returns whether a child is left. */
static int reap (void)
{
  pid_t r ;
  do r = waitpid(-1, 0, WNOHANG) ;
  while (r > 0 || (r == -1 && errno == EINTR)) ;
  return r == 0 ;
}

/* Until the last child has ended, or the deadline. SIGCHLD is blocked: none is missed between reap() and the wait. */
static int wait_children (sigset_t const *set, tain const *deadline)
{
  while (reap())
  {
    struct timespec ts ;
    tain left ;
    tain_now_g() ;
    if (!tain_less(&STAMP, deadline)) return 0 ;
    tain_sub(&left, deadline, &STAMP) ;
    if (!timespec_from_tain_relative(&ts, &left)) return 0 ;
    sigtimedwait(set, 0, &ts) ;
  }
  return 1 ;
}

static void end_the_rest (unsigned int grace)
{
  sigset_t set ;
  tain deadline ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  sigprocmask(SIG_BLOCK, &set, 0) ;
  if (!reap()) return ;
  /* only init may say "all": for any other process that is the whole machine's, or another container's */
  if (getpid() != 1) return ;
  clock_start() ;
  clock_deadline(&deadline, grace) ;
  kill(-1, SIGTERM) ;
  kill(-1, SIGCONT) ;
  if (wait_children(&set, &deadline)) return ;
  kill(-1, SIGKILL) ;
  /* what we may not kill, being another user's, ends with us */
  clock_deadline(&deadline, KILLED_GRACETIME) ;
  wait_children(&set, &deadline) ;
}

static int exit_code (int runfd)
{
  int code = exitcode_read(runfd) ;
  if (code >= 0) return code ;
  say_warning(PATH_RUN "/" RUN_EXITCODE " does not begin with a number from 0 to 255: exiting 0") ;
  return 0 ;
}

static int end (int code)
{
  int runfd = open(PATH_RUN, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int contenvfd = runfd == -1 ? -1 : openat(runfd, RUN_CONTENV, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  verbosity_load(contenvfd) ;
  end_the_rest(contenv_milliseconds(contenvfd, VAR_KILL_GRACETIME, KILL_GRACETIME_DEFAULT)) ;
  if (contenv_boolean(contenvfd, VAR_SYNC_DISKS)) sync() ;
  return code >= 0 ? code : runfd == -1 ? EXIT_SYSTEM : exit_code(runfd) ;
}

int finish_main (int argc, char const *const *argv, char const *const *envp)
{
  (void)envp ;
  if (argc > 1) service_finish_main(argc, argv) ;
  PROG = "finish" ;
  return end(-1) ;
}

int crash_main (int argc, char const *const *argv, char const *const *envp)
{
  (void)argc ; (void)argv ; (void)envp ;
  PROG = "crash" ;
  strerr_warn(PROG, ": fatal: s6-svscan has failed: ending the container") ;
  return end(EXIT_SYSTEM) ;
}
