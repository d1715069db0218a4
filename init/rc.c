/* ISC license. */

/* Stage 2: the walk over the boot graph, the CMD, the end. */

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/iopause.h>
#include <skalibs/selfpipe.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "clock.h"
#include "cmdpid.h"
#include "command.h"
#include "console.h"
#include "contenv.h"
#include "exitcode.h"
#include "fatal.h"
#include "filelimit.h"
#include "lockfile.h"
#include "logger.h"
#include "paths.h"
#include "rc.h"
#include "scandir.h"
#include "stop.h"
#include "svevent.h"
#include "variables.h"
#include "verbosity.h"
#include "walk.h"

/* Whoever looks at a boot that hangs is to see where: the report is written when nothing has happened for so long, milliseconds. A boot that
   goes on does not pay for it: a report of all nodes after each of them would be a quadratic step. */
#define REPORT_TIME 500

#define INCOMPLETE "the boot is not complete: see init-status, or " PATH_RUN "/" RUN_REPORT_JSON

struct rc
{
  struct boot const *boot ;
  struct walk walk ;
  int lockfd ;                /* of RUN_RC_LOCK */
  int reported ;
  int stopping ;
  char const *const *cmd ;
  pid_t cmd_pid ;             /* 0: not started */
  int cmd_ended ;
  tain cmd_deadline ;         /* when it gets KILL, once it has got TERM */
  tain up_deadline ;          /* when what is not up yet has failed */
  tain report_deadline ;      /* when the report is written again; infinite: it is as new as the boot */
} ;

/* The pipe says when s6-svscan is there, or ends with it. Returns whether it is there. */
static int svscan_wait (struct boot const *b)
{
  char c ;
  ssize_t r = fd_read(b->readyfd, &c, 1) ;
  if (r == -1) say_warningsys("wait for s6-svscan") ;
  return r != 0 ;
}

void rc_die (struct boot const *b, char const *what)
{
  fatal_say(errno, "unable to ", what, "the container is stopped") ;
  exitcode_write(b->runfd, EXIT_SYSTEM) ;
  /* a signal that comes before its handlers is lost */
  svscan_wait(b) ;
  stop_ask(b->runfd) ;
  _exit(EXIT_SYSTEM) ;
}

static void write_report (struct rc *rc, char const *result)
{
  rc->boot->report->result = result ;
  if (report_write(rc->boot->report, rc->boot->runfd) == -1) say_warningsys("write the boot report") ;
}

static void set_exit_code (struct rc const *rc, int code)
{
  if (exitcode_write(rc->boot->runfd, (unsigned int)code) == -1) say_warningsys("write the exit code") ;
}

static unsigned int behaviour (struct rc const *rc)
{
  return contenv_milliseconds(rc->boot->contenvfd, VAR_BEHAVIOUR, 0) ;
}

/* What S6_BEHAVIOUR_IF_STAGE2_FAILS says: 2 ends the container. */
static int must_end (struct rc const *rc)
{
  return rc->walk.fatal || ((rc->walk.failed || rc->walk.troubled) && behaviour(rc) >= 2) ;
}

/* With a log of the services' own, who runs the container sees at least how the boot has ended. */
static void verdict (struct rc const *rc, char const *line)
{
  strerr_warn(line) ;
  console_copy(rc->boot, line) ;
}

static void conclude (struct rc *rc)
{
  rc->reported = 1 ;
  walk_conclude(&rc->walk) ;
  write_report(rc, rc->walk.failed || rc->walk.troubled ? "failed" : "done") ;
  if (!rc->walk.failed && !rc->walk.troubled)
  {
    /* the lines that CI waits for */
    verdict(rc, "[services.d] done.") ;
    if (!walk_is_replaced(&rc->walk, stage_find(STAGE_SERVICE_CHECK))) verdict(rc, "[ls.io-init] done.") ;
  }
  /* with 0, go on silently: each failure has had its line */
  else if (!rc->walk.fatal)
  {
    if (!behaviour(rc) && verbosity >= 2) verdict(rc, "rc: info: " INCOMPLETE) ;
    if (behaviour(rc) && verbosity >= 1) verdict(rc, "rc: warning: " INCOMPLETE) ;
  }
}

static unsigned int kill_grace (struct rc const *rc)
{
  return contenv_milliseconds(rc->boot->contenvfd, VAR_KILL_GRACETIME, KILL_GRACETIME_DEFAULT) ;
}

static void begin_stop (struct rc *rc)
{
  unsigned int grace ;
  if (rc->stopping) return ;
  rc->stopping = 1 ;
  grace = kill_grace(rc) ;
  walk_stop(&rc->walk, grace) ;
  if (!rc->cmd_pid || rc->cmd_ended) return ;
  kill(rc->cmd_pid, SIGTERM) ;
  kill(rc->cmd_pid, SIGCONT) ;
  clock_deadline(&rc->cmd_deadline, grace) ;
}

static void command_ended (struct rc *rc, int wstat)
{
  rc->cmd_ended = 1 ;
  /* a CMD that a stop has ended by a signal did what it was told; and why the container stops counts for more than how the CMD takes it */
  if (!rc->stopping || (!WIFSIGNALED(wstat) && !exitcode_read(rc->boot->runfd))) set_exit_code(rc, svevent_exitcode(wstat)) ;
  begin_stop(rc) ;
}

/* Returns the pid of a child that has ended and is not reaped yet; 0: none. */
static pid_t ended_child (void)
{
  siginfo_t si = { .si_pid = 0 } ;
  return waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0 ? si.si_pid : 0 ;
}

static void reap (struct rc *rc)
{
  pid_t pid ;
  while ((pid = ended_child()))
  {
    int wstat ;
    /* before its number can become another process's, which would get the CMD's signals */
    if (pid == rc->cmd_pid) cmdpid_remove(rc->boot->runfd) ;
    if (waitpid_nointr(pid, &wstat, 0) != pid) break ;
    if (pid == rc->cmd_pid) command_ended(rc, wstat) ;
    else walk_child_ended(&rc->walk, pid, wstat) ;
  }
}

static void handle_signals (struct rc *rc)
{
  for (;;) switch (selfpipe_read())
  {
    case -1 : rc_die(rc->boot, "read the signal pipe") ;
    case 0 : return ;
    case SIGCHLD : reap(rc) ; break ;
    case SIGTERM : begin_stop(rc) ; break ;
    default : break ;
  }
}

static void kill_late_command (struct rc *rc)
{
  if (!rc->cmd_pid || rc->cmd_ended || tain_future(&rc->cmd_deadline)) return ;
  say_warning("the command does not end: killed; raise " VAR_KILL_GRACETIME " if it needs longer") ;
  kill(rc->cmd_pid, SIGKILL) ;
  rc->cmd_deadline = tain_infinite ;
}

/* Its first scan may have been before the services were linked. Where it is not process 1, we outlive one that a signal has ended before it
   had its handlers: nobody else is left then to end what we have started. */
static void svscan_is_ready (struct rc *rc, int *readyfd)
{
  *readyfd = -1 ;
  if (!svscan_wait(rc->boot))
  {
    say_warning("s6-svscan has ended before it was ready") ;
    begin_stop(rc) ;
  }
  else if (scandir_control(rc->boot->runfd, "a", 1) == -1) say_warningsys("make s6-svscan look for services") ;
}

/* All can be over before s6-svscan is there to be told anything. */
static void await_svscan (struct rc *rc, int *readyfd)
{
  if (*readyfd >= 0) svscan_is_ready(rc, readyfd) ;
}

/* Without a CMD nothing is left to do. Whoever asked us to stop and saw that we had the lock is heard; whoever comes later sees that there is none
   any more, and asks s6-svscan, which has its handlers by now. Returns whether to stop. */
static int retire (struct rc *rc, int *readyfd)
{
  await_svscan(rc, readyfd) ;
  lockfile_retire(rc->boot->runfd, RUN_RC_LOCK, rc->lockfd) ;
  handle_signals(rc) ;
  return rc->stopping ;
}

/* What is not up by now has failed. */
static void give_up_late (struct rc *rc)
{
  if (rc->stopping || tain_future(&rc->up_deadline)) return ;
  rc->up_deadline = tain_infinite ;
  if (!rc->walk.graph.unsettled) return ;
  say_warning("not everything is up within " VAR_CMD_WAIT_MAXTIME) ;
  walk_give_up(&rc->walk, kill_grace(rc)) ;
}

static void keep_report (struct rc *rc)
{
  if (rc->stopping || rc->reported) return ;
  if (tain_future(&rc->report_deadline)) { clock_deadline(&rc->report_deadline, REPORT_TIME) ; return ; }
  rc->report_deadline = tain_infinite ;
  walk_report_blocked(&rc->walk) ;
  write_report(rc, "booting") ;
}

/* Waits for the next event and handles it. */
static void turn (struct rc *rc, int sigfd, int *readyfd)
{
  iopause_fd x[4] ;
  tain deadline = rc->cmd_deadline ;
  x[0].fd = sigfd ; x[0].events = IOPAUSE_READ ;
  x[1].fd = *readyfd ; x[1].events = IOPAUSE_READ ;
  logger_watch(rc->boot, x + 2, &deadline) ;
  x[3].fd = rc->stopping || rc->reported ? -1 : rc->walk.eventfd ; x[3].events = IOPAUSE_READ ;
  walk_lower_deadline(&rc->walk, &deadline) ;
  if (!rc->stopping && tain_less(&rc->up_deadline, &deadline)) deadline = rc->up_deadline ;
  if (!rc->stopping && !rc->reported && tain_less(&rc->report_deadline, &deadline)) deadline = rc->report_deadline ;
  if (iopause_g(x, sizeof x / sizeof x[0], &deadline) == -1) rc_die(rc->boot, "wait for events") ;
  if (x[0].revents & IOPAUSE_READ) handle_signals(rc) ;
  if (*readyfd >= 0 && x[1].revents & (IOPAUSE_READ | IOPAUSE_EXCEPT))
    svscan_is_ready(rc, readyfd) ;
  if (logger_handle(rc->boot)) rc->walk.failed = rc->walk.fatal = 1 ;
  if (x[3].fd >= 0 && x[3].revents & IOPAUSE_READ) walk_events(&rc->walk) ;
  walk_late(&rc->walk) ;
  kill_late_command(rc) ;
  give_up_late(rc) ;
  keep_report(rc) ;
}

/* From now on the handler of the container's signals sends them on to the CMD. */
static void divert_signals (struct rc *rc)
{
  if (scandir_divert_winch(rc->boot->runfd, PATH_EXE) == -1) say_warningsys("divert SIGWINCH to the command") ;
  if (cmdpid_write(rc->boot->runfd, rc->cmd_pid) == -1) say_warningsys("write " PATH_RUN "/" RUN_CMDPID) ;
}

static void start_command (struct rc *rc)
{
  /* the CMD may well be init-status */
  if (!rc->reported) write_report(rc, "booting") ;
  rc->cmd_pid = command_spawn(rc->boot, rc->cmd) ;
  if (rc->cmd_pid == -1) rc_die(rc->boot, "start the command") ;
  if (contenv_boolean(rc->boot->contenvfd, VAR_CMD_SIGNALS)) divert_signals(rc) ;
}

static int command_may_start (struct rc const *rc)
{
  if (!*rc->cmd || rc->cmd_pid || rc->stopping || rc->walk.fatal) return 0 ;
  return contenv_boolean(rc->boot->contenvfd, VAR_CMD_WAIT) ? !rc->walk.graph.unsettled : walk_all_started(&rc->walk) ;
}

static void loop (struct rc *rc, int sigfd)
{
  int readyfd = rc->boot->readyfd ;   /* -1 when s6-svscan has been told of the services */
  walk_advance(&rc->walk) ;
  /* while s6-svscan starts: nobody waits for it */
  write_report(rc, "booting") ;
  for (;;)
  {
    if (!rc->stopping) walk_advance(&rc->walk) ;
    if (!rc->stopping && !rc->reported && (must_end(rc) || (walk_is_over(&rc->walk) && !logger_is_starting(rc->boot))))
    {
      conclude(rc) ;
      if (must_end(rc))
      {
        /* the exit code is set: a stop of our own, not one that found everything well */
        set_exit_code(rc, rc->walk.fatal ? EXIT_USER : rc->walk.code) ;
        begin_stop(rc) ;
      }
      else if (!*rc->cmd && !retire(rc, &readyfd)) return ;
    }
    if (command_may_start(rc)) start_command(rc) ;
    if (rc->stopping && !rc->walk.programs.n && (!rc->cmd_pid || rc->cmd_ended)) break ;
    turn(rc, sigfd, &readyfd) ;
  }
  if (!rc->reported) write_report(rc, "stopped") ;
  await_svscan(rc, &readyfd) ;
  /* what all have said is still in its fifo */
  if (logger_await(rc->boot)) set_exit_code(rc, EXIT_USER) ;
  stop_run(rc->boot->runfd, rc->boot->contenvfd) ;
}

int rc_main (struct boot *b, char const *const *cmd)
{
  struct rc rc =
    { .boot = b, .walk = WALK_ZERO, .cmd = cmd, .cmd_deadline = TAIN_INFINITE, .up_deadline = TAIN_INFINITE, .report_deadline = TAIN_INFINITE } ;
  unsigned int maxtime = contenv_milliseconds(b->contenvfd, VAR_CMD_WAIT_MAXTIME, 0) ;
  sigset_t set ;
  int sigfd ;
  PROG = "rc" ;
  /* what is typed on the terminal, ^C and the like, is for process 1, whose handlers tell us */
  setpgid(0, 0) ;
  clock_start() ;
  logger_begin(b) ;
  if (maxtime) clock_deadline(&rc.up_deadline, maxtime) ;
  rc.lockfd = lockfile_take(b->runfd, RUN_RC_LOCK) ;
  if (rc.lockfd == -1) rc_die(b, "lock " PATH_RUN "/" RUN_RC_LOCK) ;
  /* whoever stops the container takes its lock before it looks for ours: one of the two sees the other */
  if (stop_begun(b->runfd)) return 0 ;
  sigfd = selfpipe_init() ;
  if (sigfd == -1) rc_die(b, "make the signal pipe") ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  sigaddset(&set, SIGTERM) ;
  if (!selfpipe_trapset(&set)) rc_die(b, "trap signals") ;
  sig_ignore(SIGPIPE) ;
  filelimit_raise() ;
  walk_load(&rc.walk, b) ;
  loop(&rc, sigfd) ;
  return 0 ;
}
