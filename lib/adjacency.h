/* ISC license. */

#ifndef STILLROOT_ADJACENCY_H
#define STILLROOT_ADJACENCY_H

#include "bootgraph.h"

/* The edges of a boot graph, by the end that a walk comes from. */
struct adjacency
{
  size_t *first ;     /* per node: its part of to; it ends where the next node's begins */
  size_t *to ;
} ;

#define ADJACENCY_ZERO { .first = 0, .to = 0 }

/* From nodes to what they wait for; with dependents nonzero, to what waits for them. Linear. Returns 0, or -1 and sets errno (ENOMEM);
   to be freed in any case. */
extern int adjacency_index (struct adjacency *, struct bootgraph const *, int dependents) ;

extern void adjacency_free (struct adjacency *) ;

#endif
