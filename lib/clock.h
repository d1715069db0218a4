/* ISC license. */

#ifndef STILLROOT_CLOCK_H
#define STILLROOT_CLOCK_H

#include <skalibs/tai.h>

/* The monotonic clock of the loops: skalibs' stopwatch in STAMP. */

/* Starts it. To be called once, before anything else here. */
extern void clock_start (void) ;

/* Milliseconds since clock_start(). Updates STAMP. */
extern unsigned int clock_ms (void) ;

/* *a = STAMP + ms milliseconds; infinite where ms does not fit into an int. */
extern void clock_deadline (tain *a, unsigned int ms) ;

#endif
