/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>

#include "accessat.h"
#include "boot.h"
#include "atomicfile.h"
#include "change.h"
#include "clock.h"
#include "cmdpid.h"
#include "console.h"
#include "contenv.h"
#include "contfinish.h"
#include "descendants.h"
#include "filelist.h"
#include "live.h"
#include "lockfile.h"
#include "longrun.h"
#include "nametable.h"
#include "paths.h"
#include "processsignal.h"
#include "programs.h"
#include "scandir.h"
#include "stop.h"
#include "variables.h"
#include "verbosity.h"

/* stage 2 ends its CMD within S6_KILL_GRACETIME; this much later it is stuck itself */
#define RC_MARGIN 2000

/* the loggers have read what the services have said: what keeps the catch-all logger now is left over */
#define LEFTOVER_TIME 200

int stop_begun (int runfd)
{
  return lockfile_holder(runfd, RUN_STOP_LOCK) > 0 ;
}

/* Ends what else starts and stops services, the holder of a lock, and waits until the lock is free. One that is not below s6-svscan, as what
   `docker exec` starts may not be where we share the PID namespace, gets no signal of ours, but its time. */
static void stop_holder (int runfd, char const *lock, char const *what, unsigned int grace)
{
  pid_t pid = lockfile_holder(runfd, lock) ;
  pid_t top = scandir_pid(runfd) ;
  /* a lock of our own, as when stage 2 stops the container, is nobody's: lockfile.h */
  if (pid <= 0) return ;
  if (top > 0) descendants_signal(top, pid, SIGTERM) ;
  if (lockfile_wait(runfd, lock, grace > INT_MAX - RC_MARGIN ? UINT_MAX : grace + RC_MARGIN) == 0) return ;
  if (top > 0 && descendants_signal(top, pid, SIGKILL) == 1) say_warning(what, " does not end: killed") ;
  else say_warning(what, " does not end, and is no process of ours: going on without it") ;
}

/* Sends sig to all that is below s6-svscan, but for ourselves. Returns 0, or -1 and sets errno when somebody may be out of reach. */
static int signal_all (int runfd, int sig)
{
  pid_t top = scandir_pid(runfd) ;
  return top > 0 ? descendants_signal_all(top, sig, 0) : 0 ;
}

/* Each supervisor kills what it supervises, which is its child. */
static void kill_supervised (int runfd)
{
  struct filelist names ;
  char const *name ;
  char log[PATH_MAX] ;
  int scanfd = openat(runfd, RUN_SCANDIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (scanfd == -1 || filelist_open(scanfd, ".", &filelist_by_name, &names) == -1)
  {
    say_warningsys("read the scandir") ;
    return ;
  }
  while ((name = filelist_next(&names)))
  {
    snprintf(log, sizeof log, "%s/log", name) ;
    longrun_kill(scanfd, name) ;
    longrun_kill(scanfd, log) ;
  }
  filelist_free(&names) ;
  fd_close(scanfd) ;
}

/* s6-svscan waits for its supervisors without limit, and a logger for the last writer of its pipe, which may be a daemon that nobody
   supervises. Its lock is free when it has executed finish; until then, and no longer than the grace, it has its time. */
static void stop_svscan (int runfd, unsigned int grace)
{
  int logged = console_return(runfd) ;
  if (scandir_control(runfd, "t", 1) == -1)
  {
    /* none runs: another stop has been here before */
    if (errno == ENXIO) return ;
    say_warningsys("tell s6-svscan to end") ;
    /* the services are down: it executes finish at once, and that ends the rest */
    scandir_signal(runfd, SIGABRT) ;
    return ;
  }
  if (logged && lockfile_wait(runfd, SCANDIR_CONTROL "/lock", grace < LEFTOVER_TIME ? grace : LEFTOVER_TIME) == 0) return ;
  /* what is left writes to the log and is told to end while that still reads; s6-log itself is deaf to it */
  if (logged) { signal_all(runfd, SIGTERM) ; signal_all(runfd, SIGCONT) ; }
  if (lockfile_wait(runfd, SCANDIR_CONTROL "/lock", grace) == 0) return ;
  say_warning("s6-svscan still waits for its supervisors: killing what is left") ;
  /* whom only a parent can reach, parents do: the supervisors, and s6-svscan as finish, which it executes when they have ended */
  if (signal_all(runfd, SIGKILL) == -1) kill_supervised(runfd) ;
}

/* Adds what the scandir has and the boot graph has not: the services of a graph that cannot be read, and what an image links there itself.
   Returns 0, or -1 and sets errno. */
static int add_others (struct live *live, struct filelist *others)
{
  struct nametable names = NAMETABLE_ZERO ;
  struct bootgraph const *g = &live->graph ;
  char const *name ;
  size_t i = 0 ;
  int r = 0 ;
  for (; !r && i < live->kept ; i++)
    if (bootgraph_node(g, i)->kind == BOOTGRAPH_LONGRUN && nametable_add(&names, bootgraph_node(g, i)->name, &name) == NAMETABLE_NONE) r = -1 ;
  while (!r && (name = filelist_next(others)))
    if (nametable_find(&names, name) == NAMETABLE_NONE) r = live_add(live, name) ;
  nametable_free(&names) ;
  return r ;
}

/* Returns 0, or -1 and sets errno. */
static int bring_down (struct live *live, struct change_policy const *policy)
{
  size_t n = bootgraph_size(&live->graph), i = 0 ;
  char *chosen = malloc(n + 1) ;
  int r ;
  if (!chosen) return -1 ;
  /* the catch-all logger ends when nobody is left to be logged: s6-svscan sees to it */
  for (; i < n ; i++) chosen[i] = !!strcmp(bootgraph_node(&live->graph, i)->name, LOGGER_SERVICE) ;
  r = change_run(live, chosen, policy) ;
  free(chosen) ;
  return r == -1 ? -1 : 0 ;
}

static void stop_services (int runfd, int contenvfd)
{
  struct change_policy policy = { .up = 0, .essentials = 1, .stop = 1, .steps = 3, .deadline = TAIN_INFINITE } ;
  struct filelist others ;
  struct live live ;
  policy.legacy_grace = contenv_milliseconds(contenvfd, VAR_SERVICES_GRACETIME, SERVICES_GRACETIME_DEFAULT) ;
  policy.grace = contenv_milliseconds(contenvfd, VAR_SERVICES_GRACETIME, DEFINITIONS_GRACETIME_DEFAULT) ;
  sigemptyset(&policy.interrupts) ;
  /* without a graph there is no order */
  if (live_open(&live, runfd, contenvfd) == -1 && errno != ENOENT) say_warningsys("read the boot graph in " PATH_LIVE) ;
  if (filelist_open(runfd, RUN_SCANDIR, &filelist_by_name, &others) == -1)
  {
    say_warningsys("read the scandir") ;
    others = (struct filelist){ .n = 0 } ;
  }
  if (add_others(&live, &others) == -1 || bring_down(&live, &policy) == -1) say_warningsys("stop all services in order") ;
  filelist_free(&others) ;
  live_close(&live) ;
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
  /* the boot is not over, or a CMD is there */
  stop_holder(runfd, RUN_RC_LOCK, "stage 2", grace) ;
  /* somebody's s6-rc, maybe one that has waited for that */
  stop_holder(runfd, RUN_LIVE_LOCK, "s6-rc", grace) ;
  stop_services(runfd, contenvfd) ;
  contfinish_run(contenvfd) ;
  stop_svscan(runfd, grace) ;
}

static int open_run (void)
{
  return open(PATH_RUN, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
}

/* Without the file a CMD that gets the signals would get this one too; for all other containers the signal is enough. */
static void mark_halt (int runfd)
{
  if (atomicfile_write(runfd, RUN_HALT, "", 0, 0644) == -1) say_warningsys("write " PATH_RUN "/" RUN_HALT) ;
}

int stop_ask (int runfd)
{
  mark_halt(runfd) ;
  return scandir_signal(runfd, SIGTERM) ;
}

/* Whether pid is the CMD: stage 2, as long as it is there, takes the file away before it reaps it. */
static int is_command (pid_t pid, void const *data)
{
  int const *runfd = data ;
  return cmdpid_read(*runfd) == pid && lockfile_holder(*runfd, RUN_RC_LOCK) > 0 ;
}

/* Sends the signal on to a CMD that is to get it. Returns whether there is one, and nobody has asked for a stop all the same:
   stage 2 stops the container when the CMD has ended, so it must be there. */
static int forward (int runfd, int sig)
{
  pid_t pid = cmdpid_read(runfd) ;
  if (!pid || accessat(runfd, RUN_HALT, F_OK) == 0) return 0 ;
  return processsignal_checked(pid, sig, &is_command, &runfd) == 1 ;
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
  int told ;
  (void)argv ; (void)envp ;
  PROG = "halt" ;
  if (argc > 1) strerr_dieusage(EXIT_USER, HALT_USAGE) ;
  if (runfd == -1) strerr_diefusys(EXIT_SYSTEM, "open " PATH_RUN) ;
  pid = scandir_pid(runfd) ;
  if (pid == -1 && errno == EACCES) strerr_dief(EXIT_USER, "only the user that the container was started as can stop it") ;
  if (pid == -1) strerr_diefusys(EXIT_SYSTEM, "find s6-svscan") ;
  if (!pid && lockfile_holder(runfd, RUN_RC_LOCK) <= 0) strerr_dief(EXIT_USER, "no s6-svscan runs on " PATH_SCANDIR ": is this a booted container?") ;
  mark_halt(runfd) ;
  /* As long as there is a stage 2, s6-svscan may be late: it misses the signal, or dies of it where it is not process 1; and when stage 2 has
     stopped all, so does what s6-svscan has executed then. Stage 2 takes its lock away when it has nothing to do any more, and looks for a
     signal for the last time: only then s6-svscan is the one to ask. */
  told = lockfile_signal(runfd, RUN_RC_LOCK, SIGTERM) == 1 ;
  if (told && accessat(runfd, RUN_RC_LOCK, F_OK) == 0) return 0 ;
  if (scandir_signal(runfd, SIGTERM) != 1 && !told)
    strerr_diefusys(errno == EPERM ? EXIT_USER : EXIT_SYSTEM, "signal the processes that stop the container") ;
  return 0 ;
}
