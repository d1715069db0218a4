/* ISC license. */

#ifndef STILLROOT_CLOCK_H
#define STILLROOT_CLOCK_H

#include <signal.h>

#include <skalibs/tai.h>

/* The monotonic clock of the loops: skalibs' stopwatch in STAMP. */

/* Starts it. To be called once, before anything else here. */
extern void clock_start (void) ;

/* Milliseconds since clock_start(). Updates STAMP. */
extern unsigned int clock_ms (void) ;

/* *a = STAMP + ms milliseconds; infinite where ms does not fit into an int. */
extern void clock_deadline (tain *a, unsigned int ms) ;

/* Milliseconds until the deadline, as poll(2) takes them: 0, it has come; -1, it is more than 24 days away, or never comes. Updates STAMP. */
extern int clock_left (tain const *deadline) ;

/* Waits for a signal of the set, which is blocked, so that none is missed, until the deadline. Returns the signal; 0: the deadline has come
   already; or -1 and sets errno: EAGAIN it has come since, EINTR. Updates STAMP. */
extern int clock_sigwait (sigset_t const *, tain const *deadline) ;

#endif
