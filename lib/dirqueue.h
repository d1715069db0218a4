/* ISC license. */

#ifndef STILLROOT_DIRQUEUE_H
#define STILLROOT_DIRQUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "inode.h"

/* What the threads of a walk hand to each other: directories, each opened, of which there is a bounded number because there is of
   descriptors; and lists, of which all take parts in turn. */

#define DIRQUEUE_MAX 64

struct dirqueue_task
{
  int fd ;
  struct inode inode ;
  char *path ;              /* from malloc */
} ;

/* Items in a row in memory, which stay its owner's */
struct dirqueue_list
{
  char const *s ;
  size_t next, len ;
  size_t (*length) (char const *item) ;
  void *owner ;
  unsigned int helpers ;    /* the rest is the queue's: under its lock */
  struct dirqueue_list *previous, *following ;
} ;

struct dirqueue
{
  pthread_mutex_t lock ;
  pthread_cond_t change, helped ;
  struct dirqueue_task tasks[DIRQUEUE_MAX] ;
  struct dirqueue_list *lists ;
  unsigned int max, head ;
  atomic_uint count ;       /* written under the lock, as the next two, read without it for a guess */
  atomic_uint idle ;
  unsigned int threads ;
  atomic_int over ;
} ;

/* max: at most DIRQUEUE_MAX. One thread works on it, the caller's. */
extern void dirqueue_init (struct dirqueue *, unsigned int max) ;

/* Returns how many directories wait, or 0 when it is full and the task stays the caller's. */
extern unsigned int dirqueue_put (struct dirqueue *, struct dirqueue_task const *) ;

/* Waits for something to do. Returns 0 when there will be nothing any more: all threads wait, or it was stopped. Otherwise 1, or 2 when
   it had to wait, with a directory, or with a list from which it may take, until dirqueue_leave_list. *ret_list is 0 or that. */
extern int dirqueue_take (struct dirqueue *, struct dirqueue_task *ret, struct dirqueue_list **ret_list) ;

/* Offers what is left of a list to threads that have nothing else to do. */
extern void dirqueue_offer (struct dirqueue *, struct dirqueue_list *) ;

/* Takes the next so many items of a list, or what is left: its bytes from *ret_from to *ret_to. Returns 0 when nothing is left.
   q 0: of a list that is not offered. */
extern int dirqueue_claim (struct dirqueue *q, struct dirqueue_list *, unsigned int most, size_t *ret_from, size_t *ret_to) ;

/* The list is its owner's alone again; waits until its helpers have left it. */
extern void dirqueue_withdraw (struct dirqueue *, struct dirqueue_list *) ;
extern void dirqueue_leave_list (struct dirqueue *, struct dirqueue_list *) ;

/* One thread more, to be called before it begins; one less, when it could not. */
extern void dirqueue_join (struct dirqueue *) ;
extern void dirqueue_leave (struct dirqueue *) ;

extern void dirqueue_stop (struct dirqueue *) ;

/* Closes what was left. */
extern void dirqueue_free (struct dirqueue *) ;

#endif
