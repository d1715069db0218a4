/* ISC license. */

/* Stage 2: the walk over the boot graph, the CMD, the end. */

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/alloc.h>
#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/iopause.h>
#include <skalibs/selfpipe.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "clock.h"
#include "command.h"
#include "contenv.h"
#include "exitcode.h"
#include "fatal.h"
#include "lockfile.h"
#include "paths.h"
#include "rc.h"
#include "scandir.h"
#include "stop.h"
#include "svevent.h"
#include "walk.h"

#define IF_STAGE2_FAILS "S6_BEHAVIOUR_IF_STAGE2_FAILS"

struct rc
{
  struct boot const *boot ;
  struct walk walk ;
  int reported ;
  int stopping ;
  char const *const *cmd ;
  pid_t cmd_pid ;             /* 0: not started */
  int cmd_ended ;
  tain cmd_deadline ;         /* when it gets KILL, once it has got TERM */
} ;

void rc_die (struct boot const *b, char const *what)
{
  fatal_say(errno, "unable to ", what, "the container is stopped") ;
  exitcode_write(b->runfd, EXIT_SYSTEM) ;
  /* process 1 is s6-svscan, or about to be: the signal stays pending until its handler is there, which stops the container */
  kill(getppid(), SIGTERM) ;
  _exit(EXIT_SYSTEM) ;
}

static void write_report (struct rc *rc, char const *result)
{
  rc->boot->report->result = result ;
  if (report_write(rc->boot->report, rc->boot->runfd) == -1) strerr_warnwusys("write the boot report") ;
}

static void set_exit_code (struct rc const *rc, int code)
{
  if (exitcode_write(rc->boot->runfd, (unsigned int)code) == -1) strerr_warnwusys("write the exit code") ;
}

static void conclude (struct rc *rc)
{
  rc->reported = 1 ;
  walk_report_blocked(&rc->walk) ;
  write_report(rc, rc->walk.failed ? "failed" : "done") ;
  if (!rc->walk.failed)
  {
    /* the lines that CI waits for */
    strerr_warn("[services.d] done.") ;
    strerr_warn("[ls.io-init] done.") ;
  }
  else strerr_warnw("the boot is not complete: see init-status, or " PATH_RUN "/" RUN_REPORT_JSON) ;
}

static void command_ended (struct rc *rc, int wstat)
{
  rc->cmd_ended = 1 ;
  /* a CMD that a stop has ended by a signal did what it was told; and why the container stops counts for more than how the CMD takes it */
  if (!rc->stopping || (!WIFSIGNALED(wstat) && !exitcode_read(rc->boot->runfd))) set_exit_code(rc, svevent_exitcode(wstat)) ;
}

static void reap (struct rc *rc)
{
  for (;;)
  {
    int wstat ;
    pid_t r = wait_nohang(&wstat) ;
    if (r <= 0) break ;
    if (r == rc->cmd_pid) command_ended(rc, wstat) ;
  }
}

static void stop_command (struct rc *rc)
{
  rc->stopping = 1 ;
  if (!rc->cmd_pid || rc->cmd_ended) return ;
  kill(rc->cmd_pid, SIGTERM) ;
  kill(rc->cmd_pid, SIGCONT) ;
  clock_deadline(&rc->cmd_deadline, contenv_milliseconds(rc->boot->contenvfd, KILL_GRACETIME, KILL_GRACETIME_DEFAULT)) ;
}

static void handle_signals (struct rc *rc)
{
  for (;;) switch (selfpipe_read())
  {
    case -1 : rc_die(rc->boot, "read the signal pipe") ;
    case 0 : return ;
    case SIGCHLD : reap(rc) ; break ;
    case SIGTERM : stop_command(rc) ; break ;
    default : break ;
  }
}

static void kill_late_command (struct rc *rc)
{
  if (!rc->cmd_pid || rc->cmd_ended || tain_future(&rc->cmd_deadline)) return ;
  strerr_warnw("the command does not end: killed; raise " KILL_GRACETIME " if it needs longer") ;
  kill(rc->cmd_pid, SIGKILL) ;
  rc->cmd_deadline = tain_infinite ;
}

/* Its first scan may have been before the services were linked. */
static void svscan_is_ready (struct rc *rc, int *readyfd)
{
  fd_close(*readyfd) ;
  *readyfd = -1 ;
  if (scandir_control(rc->boot->runfd, "a", 1) == -1) strerr_warnwusys("make s6-svscan look for services") ;
}

/* All can be over before s6-svscan is there to be told anything. The pipe says when it is, or ends with it. */
static void await_svscan (struct rc *rc, int *readyfd)
{
  char c ;
  if (*readyfd == -1) return ;
  if (fd_read(*readyfd, &c, 1) == -1) strerr_warnwusys("wait for s6-svscan") ;
  svscan_is_ready(rc, readyfd) ;
}

/* Waits for the next event and handles it. x has room for two descriptors and those of the walk. */
static void turn (struct rc *rc, iopause_fd *x, int sigfd, int *readyfd)
{
  size_t n = rc->stopping || rc->reported ? 0 : walk_services_len(&rc->walk) ;
  tain deadline = rc->cmd_deadline ;
  x[0].fd = sigfd ; x[0].events = IOPAUSE_READ ;
  x[1].fd = *readyfd ; x[1].events = IOPAUSE_READ ;
  if (n) walk_watch(&rc->walk, x + 2, &deadline) ;
  if (iopause_g(x, (unsigned int)n + 2, &deadline) == -1) rc_die(rc->boot, "wait for events") ;
  if (x[0].revents & IOPAUSE_READ) handle_signals(rc) ;
  if (*readyfd >= 0 && x[1].revents & (IOPAUSE_READ | IOPAUSE_EXCEPT))
    svscan_is_ready(rc, readyfd) ;
  if (n) walk_handle(&rc->walk, x + 2) ;
  kill_late_command(rc) ;
}

static void start_command (struct rc *rc)
{
  /* the CMD may well be init-status */
  if (!rc->reported) write_report(rc, "booting") ;
  rc->cmd_pid = command_spawn(rc->boot->contenvfd, rc->cmd) ;
  if (rc->cmd_pid == -1) rc_die(rc->boot, "start the command") ;
}

/* What S6_BEHAVIOUR_IF_STAGE2_FAILS says: 2 ends the container. */
static int must_end (struct rc const *rc)
{
  return rc->walk.missing || (rc->walk.failed && contenv_milliseconds(rc->boot->contenvfd, IF_STAGE2_FAILS, 0) == 2) ;
}

static void loop (struct rc *rc, int sigfd, int readyfd)
{
  iopause_fd *x = alloc((walk_services_len(&rc->walk) + 2) * sizeof *x) ;
  if (!x) rc_die(rc->boot, "wait for events") ;
  walk_advance(&rc->walk) ;
  /* while s6-svscan starts: nobody waits for it */
  write_report(rc, "booting") ;
  for (;;)
  {
    if (!rc->stopping) walk_advance(&rc->walk) ;
    if (!rc->stopping && !rc->reported && walk_is_over(&rc->walk))
    {
      conclude(rc) ;
      if (must_end(rc))
      {
        set_exit_code(rc, rc->walk.missing ? EXIT_USER : rc->walk.code) ;
        stop_command(rc) ;
        /* the exit code is set: a stop of our own, not one that found everything well */
        if (!rc->cmd_pid || rc->cmd_ended) break ;
      }
      else if (!*rc->cmd) { await_svscan(rc, &readyfd) ; return ; }
    }
    if (!rc->stopping && *rc->cmd && !rc->cmd_pid && !rc->walk.missing && !rc->walk.graph.unsettled) start_command(rc) ;
    if (rc->cmd_ended || (rc->stopping && !rc->cmd_pid)) break ;
    turn(rc, x, sigfd, &readyfd) ;
  }
  if (!rc->reported) write_report(rc, "stopped") ;
  await_svscan(rc, &readyfd) ;
  stop_run(rc->boot->runfd, rc->boot->contenvfd) ;
}

int rc_main (struct boot *b, char const *const *cmd, int readyfd)
{
  struct rc rc = { .boot = b, .walk = WALK_ZERO, .cmd = cmd, .cmd_deadline = TAIN_INFINITE } ;
  sigset_t set ;
  int sigfd ;
  PROG = "rc" ;
  clock_start() ;
  if (lockfile_take(b->runfd, RUN_RC_LOCK) == -1) rc_die(b, "lock " PATH_RUN "/" RUN_RC_LOCK) ;
  /* whoever stops the container takes its lock before it looks for ours: one of the two sees the other */
  if (stop_begun(b->runfd)) return 0 ;
  sigfd = selfpipe_init() ;
  if (sigfd == -1) rc_die(b, "make the signal pipe") ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  sigaddset(&set, SIGTERM) ;
  if (!selfpipe_trapset(&set)) rc_die(b, "trap signals") ;
  sig_ignore(SIGPIPE) ;
  walk_load(&rc.walk, b) ;
  loop(&rc, sigfd, readyfd) ;
  return 0 ;
}
