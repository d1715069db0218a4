/* ISC license. */

#include <limits.h>
#include <signal.h>
#include <time.h>

#include <skalibs/djbtime.h>

#include "clock.h"

static tain start = TAIN_ZERO ;

void clock_start (void)
{
  tain_now_set_stopwatch_g() ;
  start = STAMP ;
}

unsigned int clock_ms (void)
{
  tain d ;
  int ms ;
  tain_now_g() ;
  tain_sub(&d, &STAMP, &start) ;
  ms = tain_to_millisecs(&d) ;
  return ms < 0 ? 0 : (unsigned int)ms ;
}

void clock_deadline (tain *a, unsigned int ms)
{
  tain d ;
  /* skalibs counts in an int; whoever asks for more than 24 days means for ever */
  if (ms > INT_MAX) { *a = tain_infinite ; return ; }
  tain_from_millisecs(&d, (int)ms) ;
  tain_add_g(a, &d) ;
}

/* Returns 0 when it has come. */
static int subtract_now (tain *left, tain const *deadline)
{
  tain_now_g() ;
  if (!tain_less(&STAMP, deadline)) return 0 ;
  tain_sub(left, deadline, &STAMP) ;
  return 1 ;
}

int clock_left (tain const *deadline)
{
  tain left ;
  return subtract_now(&left, deadline) ? tain_to_millisecs(&left) : 0 ;
}

int clock_sigwait (sigset_t const *set, tain const *deadline)
{
  struct timespec ts ;
  tain left ;
  if (!subtract_now(&left, deadline)) return 0 ;
  /* no time_t has what is infinite */
  return timespec_from_tain_relative(&ts, &left) ? sigtimedwait(set, 0, &ts) : sigwaitinfo(set, 0) ;
}
