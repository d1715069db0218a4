/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <s6/supervise.h>

#include <skalibs/djbunix.h>

#include "lockfile.h"
#include "longrun.h"
#include "processsignal.h"
#include "servicedir.h"
#include "svevent.h"
#include "verbosity.h"

static int open_servicedir (int scanfd, char const *name)
{
  return openat(scanfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
}

static int is_down (int dirfd)
{
  s6_svstatus_t st ;
  return svevent_status(dirfd, &st) == 0 && !st.pid && !st.flagfinishing ;
}

static int is_up (int dirfd, int notifies)
{
  s6_svstatus_t st ;
  return svevent_status(dirfd, &st) == 0 && st.pid && !st.flagfinishing && (!notifies || st.flagready) ;
}

static void mark (int dirfd, struct longrun const *l)
{
  if (!l->ours) return ;
  if ((l->up ? servicedir_let_up(dirfd) : servicedir_keep_down(dirfd)) == -1)
    say_warningsys(l->up ? "remove" : "create", " the down file of service ", l->name) ;
}

/* Returns the pid of the service; 0: it is not up. What a supervisor has left that was killed itself names a process that may be another's
   by now: only while one has the lock, the service is a child that nobody else reaps. */
static pid_t running (int dirfd)
{
  s6_svstatus_t st ;
  if (lockfile_holder(dirfd, S6_SUPERVISE_CTLDIR "/lock") <= 0) return 0 ;
  return svevent_status(dirfd, &st) == -1 || st.pid <= 1 || st.flagfinishing ? 0 : st.pid ;
}

/* The supervisor may not be allowed to: see processsignal_send(). */
static void help_supervisor (int dirfd)
{
  pid_t pid = running(dirfd) ;
  if (pid && kill(pid, 0) == -1 && errno == EPERM) processsignal_end(pid, 0) ;
}

static char const *untold (void)
{
  return errno == ENXIO || errno == ENOENT ? "it has no supervisor" : strerror(errno) ;
}

static enum longrun_state tell_up (int dirfd, struct longrun const *l, char const **ret_why)
{
  if (svevent_control(dirfd, "u", 1) == -1) return (*ret_why = untold(), LONGRUN_FAILED) ;
  return is_up(dirfd, l->notifies) ? LONGRUN_DONE : LONGRUN_PENDING ;
}

static enum longrun_state tell_down (int dirfd)
{
  if (svevent_control(dirfd, "d", 1) == -1 || is_down(dirfd)) return LONGRUN_DONE ;
  help_supervisor(dirfd) ;
  return LONGRUN_PENDING ;
}

enum longrun_state longrun_tell (int scanfd, struct longrun *l, char const **ret_why)
{
  enum longrun_state state ;
  int e ;
  int dirfd = open_servicedir(scanfd, l->name) ;
  l->eventfd = -1 ;
  if (dirfd == -1)
  {
    if (!l->up) return LONGRUN_DONE ;
    *ret_why = untold() ;
    return LONGRUN_FAILED ;
  }
  /* before it is told: no event is missed */
  l->eventfd = svevent_subscribe(dirfd) ;
  e = errno ;
  mark(dirfd, l) ;
  state = l->up ? tell_up(dirfd, l, ret_why) : tell_down(dirfd) ;
  fd_close(dirfd) ;
  if (state != LONGRUN_PENDING) longrun_leave(l) ;
  else if (l->eventfd == -1)
  {
    *ret_why = strerror(e) ;
    state = LONGRUN_FAILED ;
  }
  return state ;
}

/* A supervisor that was still starting when it was told to bring the service down never starts it, and so says nothing of its end. */
static int never_started (int scanfd, char const *name)
{
  int dirfd = open_servicedir(scanfd, name) ;
  int r ;
  if (dirfd == -1) return 1 ;
  r = is_down(dirfd) ;
  fd_close(dirfd) ;
  return r ;
}

/* A service that dies is started again: as with s6-rc, its timeout alone ends the wait for one that never comes up. */
static enum longrun_state up_event (struct longrun const *l, char event, char const **ret_why)
{
  switch (event)
  {
    case 'u' : return l->notifies ? LONGRUN_PENDING : LONGRUN_DONE ;
    case 'U' : return LONGRUN_DONE ;
    case 'O' : *ret_why = "it failed for good: its finish script exited 125" ; return LONGRUN_FAILED ;
    case 'x' : *ret_why = "its supervisor has ended" ; return LONGRUN_FAILED ;
    default : return LONGRUN_PENDING ;
  }
}

static enum longrun_state down_event (int scanfd, struct longrun const *l, char event)
{
  if (event == 'D' || event == 'x' || (event == 's' && never_started(scanfd, l->name))) return LONGRUN_DONE ;
  return LONGRUN_PENDING ;
}

enum longrun_state longrun_event (int scanfd, struct longrun const *l, char const **ret_why)
{
  enum longrun_state state = LONGRUN_PENDING ;
  char events[64] ;
  ssize_t n = svevent_read(l->eventfd, events, sizeof events) ;
  ssize_t i = 0 ;
  if (n == -1)
  {
    *ret_why = strerror(errno) ;
    return LONGRUN_FAILED ;
  }
  for (; state == LONGRUN_PENDING && i < n ; i++)
    state = l->up ? up_event(l, events[i], ret_why) : down_event(scanfd, l, events[i]) ;
  return state ;
}

void longrun_leave (struct longrun *l)
{
  if (l->eventfd >= 0) fd_close(l->eventfd) ;
  l->eventfd = -1 ;
}

void longrun_withdraw (int scanfd, struct longrun const *l)
{
  struct longrun down = *l ;
  int dirfd = open_servicedir(scanfd, l->name) ;
  if (dirfd == -1) return ;
  down.up = 0 ;
  mark(dirfd, &down) ;
  tell_down(dirfd) ;
  fd_close(dirfd) ;
}

void longrun_kill (int scanfd, char const *name)
{
  int dirfd = open_servicedir(scanfd, name) ;
  pid_t pid ;
  if (dirfd == -1) return ;
  pid = running(dirfd) ;
  if (pid) processsignal_send(pid, 1, SIGKILL) ;
  svevent_control(dirfd, "k", 1) ;
  fd_close(dirfd) ;
}
