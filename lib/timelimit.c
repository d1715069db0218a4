/* ISC license. */

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/time.h>

#include "timelimit.h"

static void nothing (int sig)
{
  (void)sig ;
}

void timelimit_begin (struct timelimit *t, unsigned int ms)
{
  /* without SA_RESTART: the alarm ends the wait */
  struct sigaction sa = { .sa_handler = &nothing } ;
  /* should the first alarm come before the wait begins, the next ends it */
  struct itimerval it = { .it_interval = { 0, 100000 }, .it_value = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 + 1 } } ;
  sigset_t alarm ;
  sigaction(SIGALRM, &sa, &t->old_action) ;
  /* whoever started us may have blocked it */
  sigemptyset(&alarm) ;
  sigaddset(&alarm, SIGALRM) ;
  sigprocmask(SIG_UNBLOCK, &alarm, &t->old_mask) ;
  if (ms <= INT_MAX) setitimer(ITIMER_REAL, &it, 0) ;
}

void timelimit_end (struct timelimit const *t)
{
  struct itimerval const none = { { 0, 0 }, { 0, 0 } } ;
  int e = errno ;
  setitimer(ITIMER_REAL, &none, 0) ;
  sigprocmask(SIG_SETMASK, &t->old_mask, 0) ;
  sigaction(SIGALRM, &t->old_action, 0) ;
  errno = e ;
}
