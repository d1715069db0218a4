/* ISC license. */

#ifndef STILLROOT_TREEWORKER_H
#define STILLROOT_TREEWORKER_H

#include <stdatomic.h>

#include "crew.h"
#include "dirqueue.h"
#include "dirstack.h"
#include "latency.h"
#include "treewalk.h"

/* A thread of a walk over a tree, and what it shares with the others. */

#define TREEWORKER_BUFFER_SIZE (64 << 10)

struct treewalk
{
  struct treewalk_visitor const *visitor ;
  struct dirqueue queue ;
  struct crew crew ;
  pthread_mutex_t lock ;       /* names that several threads find in one directory */
  int alone ;                  /* one thread for all, which hands nothing over */
  unsigned int held ;          /* directories that a thread keeps open above the one it is in */
  atomic_ullong seen ;
  atomic_int error ;           /* an errno: the walk ends */
} ;

struct treeworker
{
  struct treewalk *walk ;
  char *buf ;
  struct dirstack stack ;
  struct dirqueue_list list ;  /* entries or subdirectories of the deepest directory */
  int offered ;
  struct latency latency ;
  unsigned int unticked ;
} ;

/* Walks down from a directory, all of it. Returns -1 without memory. */
extern int treeworker_descend (struct treeworker *, struct dirqueue_task const *) ;

/* Does a part of what another one offers: its entries, or one of its subdirectories. Returns -1 without memory. */
extern int treeworker_help (struct treeworker *, struct dirqueue_list *) ;

/* Tells how many entries it has looked at. */
extern void treeworker_tick (struct treeworker *) ;

#endif
