/* ISC license. */

#ifndef STILLROOT_TRANSITION_H
#define STILLROOT_TRANSITION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "change.h"
#include "deadlines.h"
#include "graph.h"
#include "longrun.h"
#include "processtable.h"

/* A change that is under way, and the transitions that it is made of. Each is begun once, when its turn has come; it then ends at once, or
   by an event, its script's end or its deadline. What has failed is said in one warning. */

struct transition
{
  struct longrun longrun ;
  pid_t pid ;               /* of the script that runs; 0: none does */
  unsigned int limit ;      /* ms */
  int killed ;              /* its time was over */
} ;

struct change
{
  struct live *live ;
  char const *chosen ;
  struct change_policy const *policy ;
  struct graph graph ;              /* its nodes are those of the boot graph; edges only between what is chosen */
  struct transition *transitions ;  /* of each node */
  size_t running ;                  /* those on their way */
  struct processtable scripts ;
  struct deadlines deadlines ;
  int epollfd ;
  int signalfd ;
  int failed ;
  int interrupts ;
  int crowded ;                     /* there is no room for one more process until something that is under way has ended */
} ;

/* Makes the loop wait for fd too, as for the given node. Returns 0, or -1 and sets errno. */
extern int transition_watch (struct change *, int fd, uint64_t node) ;

/* The node has become ready. */
extern void transition_begin (struct change *, size_t node) ;

/* The node's supervisor has something to say. */
extern void transition_event (struct change *, size_t node) ;

/* A child of this process has ended. */
extern void transition_child_ended (struct change *, pid_t, int wstat) ;

/* The node's deadline has passed. */
extern void transition_late (struct change *, size_t node) ;

/* Ends one that is under way: a longrun fails at once, a script gets sig. */
extern void transition_interrupt (struct change *, size_t node, int sig) ;

#endif
