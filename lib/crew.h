/* ISC license. */

#ifndef STILLROOT_CREW_H
#define STILLROOT_CREW_H

#include <pthread.h>
#include <stdatomic.h>

/* The threads that do a piece of work together: one for each processor, or more where they are found to wait most of the time. None is
   started before there is something to do for it. */

#define CREW_MAX 64

struct crew
{
  /* what a thread gets, 0 without memory; what it runs; what is called with the first where it could not be started */
  void *(*prepare) (void *data) ;
  void *(*work) (void *prepared) ;
  void (*dismiss) (void *prepared) ;
  void *data ;
  pthread_mutex_t lock ;
  pthread_t threads[CREW_MAX] ;      /* the caller's own is the first, and not here */
  atomic_uint n, wanted, most ;
  unsigned int processors ;
  int limited ;                      /* most has been asked of the system */
} ;

/* At most so many threads for the processors, and so many more, at most CREW_MAX in all, when they wait. */
extern void crew_init (struct crew *, unsigned int processors, unsigned int most) ;

/* Returns 1 when it has fewer threads than would be busy. */
extern int crew_is_small (struct crew const *) ;

/* Returns 1 when its threads were found to wait, so that there are to be more than processors. */
extern int crew_waits (struct crew const *) ;

/* So many threads would be busy. What the system has left is not used up: of processes in the container, and of the user's. */
extern void crew_want (struct crew *, unsigned int n) ;

/* Starts up to tasks threads, if it is small. */
extern void crew_grow (struct crew *, unsigned int tasks) ;

/* Waits for the end of all. */
extern void crew_end (struct crew *) ;

#endif
