/* ISC license. */

#ifndef STILLROOT_TIMELIMIT_H
#define STILLROOT_TIMELIMIT_H

#include <signal.h>

/* A bound on a system call that has none of its own and is ended by a signal: a wait for a lock. It uses SIGALRM and the real-time timer, and gives
   both back. */

struct timelimit
{
  struct sigaction old_action ;
  sigset_t old_mask ;
} ;

/* From ms milliseconds on (more than INT_MAX: never), system calls fail with EINTR. */
extern void timelimit_begin (struct timelimit *, unsigned int ms) ;

/* Leaves errno alone. */
extern void timelimit_end (struct timelimit const *) ;

#endif
