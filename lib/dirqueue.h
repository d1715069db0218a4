/* ISC license. */

#ifndef STILLROOT_DIRQUEUE_H
#define STILLROOT_DIRQUEUE_H

#include <pthread.h>
#include <stdatomic.h>

#include "inode.h"

/* The directories that the threads of a walk hand to each other, each opened: bounded, because descriptors are. */

#define DIRQUEUE_MAX 64

struct dirqueue_task
{
  int fd ;
  struct inode inode ;
  char *path ;              /* from malloc */
} ;

struct dirqueue
{
  pthread_mutex_t lock ;
  pthread_cond_t change ;
  struct dirqueue_task tasks[DIRQUEUE_MAX] ;
  unsigned int max, head ;
  atomic_uint count ;       /* written under the lock, read without it for a guess */
  unsigned int threads, idle ;
  atomic_int over ;
} ;

/* max: at most DIRQUEUE_MAX. One thread works on it, the caller's. */
extern void dirqueue_init (struct dirqueue *, unsigned int max) ;

/* Returns how many directories wait, or 0 when it is full and the task stays the caller's. */
extern unsigned int dirqueue_put (struct dirqueue *, struct dirqueue_task const *) ;

/* Waits for a directory. Returns 1, or 0 when there will be none any more: all threads wait for one, or it was stopped. */
extern int dirqueue_take (struct dirqueue *, struct dirqueue_task *ret) ;

/* One thread more, to be called before it begins; one less, when it could not. */
extern void dirqueue_join (struct dirqueue *) ;
extern void dirqueue_leave (struct dirqueue *) ;

extern void dirqueue_stop (struct dirqueue *) ;

/* Closes what was left. */
extern void dirqueue_free (struct dirqueue *) ;

#endif
