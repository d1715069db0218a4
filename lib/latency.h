/* ISC license. */

#ifndef STILLROOT_LATENCY_H
#define STILLROOT_LATENCY_H

#include <stdint.h>

/* How long a thread waits for a file system in its calls, and how many threads it takes to keep the processors busy meanwhile. */

struct latency
{
  uint64_t tick ;             /* of the coarse clock, at the latest look; the others: where the judged time began */
  uint64_t wall, busy ;       /* nanoseconds; busy: on a processor, or waiting for one */
  uint64_t waits ;
} ;

/* From now on, by the thread that calls. */
extern void latency_begin (struct latency *) ;

/* To be called often by the same thread: it looks a few times in a hundredth of a second, and judges when it has seen enough. Returns 0
   when it did not, or how many threads would be busy where this one spends its time. */
extern unsigned int latency_look (struct latency *, unsigned int processors) ;

/* The rule: in so many nanoseconds a thread was busy for so many, and slept so many times. */
extern unsigned int latency_threads (uint64_t wall, uint64_t busy, uint64_t waits, unsigned int processors) ;

#endif
