/* ISC license. */

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include <skalibs/tai.h>

#include "childwait.h"
#include "clock.h"

/* Returns 1 when it has ended, 0 when the time is over, -1 and sets errno. Blocked, no SIGCHLD is missed between the look and the wait. */
static int wait_blocked (pid_t pid, sigset_t const *chld, tain const *deadline, int *ret_wstat)
{
  for (;;)
  {
    pid_t r = waitpid(pid, ret_wstat, WNOHANG) ;
    if (r) return r == pid ? 1 : -1 ;
    if (!clock_sigwait(chld, deadline)) return 0 ;
  }
}

int childwait (pid_t pid, unsigned int ms, int *ret_wstat)
{
  sigset_t chld, old ;
  tain deadline ;
  int r, e ;
  sigemptyset(&chld) ;
  sigaddset(&chld, SIGCHLD) ;
  sigprocmask(SIG_BLOCK, &chld, &old) ;
  clock_ms() ;
  clock_deadline(&deadline, ms) ;
  r = wait_blocked(pid, &chld, &deadline, ret_wstat) ;
  e = r == 0 ? ETIMEDOUT : errno ;
  sigprocmask(SIG_SETMASK, &old, 0) ;
  return r == 1 ? 0 : (errno = e, -1) ;
}
