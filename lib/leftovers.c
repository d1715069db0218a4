/* ISC license. */

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/tai.h>

#include "clock.h"
#include "descendants.h"
#include "leftovers.h"
#include "processtable.h"

/* how long what has been killed may take to be gone, milliseconds */
#define KILLED_GRACETIME 1000

/* Reaps what has ended, and takes it out of told, which may be 0. Returns whether a child is left; if not, nothing is. */
static int reap (struct processtable *told)
{
  pid_t r ;
  do
  {
    r = waitpid(-1, 0, WNOHANG) ;
    if (r > 0 && told) processtable_take(told, r) ;
  }
  while (r > 0 || (r == -1 && errno == EINTR)) ;
  return r == 0 ;
}

/* Until a child has ended; SIGCHLD is blocked: none is missed. Returns 0 when the time is over. */
static int await_child (tain const *deadline)
{
  sigset_t set ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  return clock_sigwait(&set, deadline) != 0 ;
}

/* Waits until a child has ended; *ret_over: the time is. Returns whether nothing is left. */
static int outlast (struct processtable *told, tain const *deadline, int *ret_over)
{
  *ret_over = !await_child(deadline) ;
  return !reap(told) ;
}

/* Tells each once: what it starts then to tidy up is not to get the signal. Only whom we cannot reach as long as he is not our child is
   looked for again. Returns 0 when nothing is left, or -1 and sets errno: ETIME the time is over. */
static int tell (unsigned int grace)
{
  struct processtable told = PROCESSTABLE_ZERO ;
  tain deadline ;
  int e, over = 0, gone = 0 ;
  clock_deadline(&deadline, grace) ;
  do
  {
    e = descendants_signal_all(getpid(), SIGTERM, &told) == -1 ? errno : 0 ;
    if (e == ENOENT) break ;
    descendants_signal_all(getpid(), SIGCONT, 0) ;
    do gone = outlast(&told, &deadline, &over) ;
    while (!gone && !over && e != ENOSYS) ;
  }
  while (!gone && !over) ;
  processtable_free(&told) ;
  return gone ? 0 : (errno = e == ENOENT ? e : ETIME, -1) ;
}

/* Kills all, and again whenever one has ended: whom it has started meanwhile is our child then. Returns 0, or -1 and sets errno. */
static int slay (void)
{
  tain deadline ;
  int e, over = 0, gone = 0 ;
  clock_deadline(&deadline, KILLED_GRACETIME) ;
  do
  {
    e = descendants_signal_all(getpid(), SIGKILL, 0) == -1 ? errno : EBUSY ;
    gone = outlast(0, &deadline, &over) ;
  }
  while (!gone && !over) ;
  return gone ? 0 : (errno = e, -1) ;
}

int leftovers_end (unsigned int grace)
{
  sigset_t set ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  sigprocmask(SIG_BLOCK, &set, 0) ;
  if (!reap(0)) return 0 ;
  clock_start() ;
  if (tell(grace) == 0) return 0 ;
  return errno == ETIME ? slay() : -1 ;
}
