/* ISC license. */

#include <limits.h>

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
