/* ISC license. */

#ifndef STILLROOT_GRAPH_H
#define STILLROOT_GRAPH_H

#include <stddef.h>

#include <skalibs/genalloc.h>

/* A dependency graph that is walked once: a node becomes ready when all it depends on has succeeded, and is blocked when
   one of these has failed. Every step is constant or linear in the edges it follows. */

enum graph_state { GRAPH_WAITING, GRAPH_READY, GRAPH_STARTED, GRAPH_UP, GRAPH_FAILED, GRAPH_BLOCKED, GRAPH_ASIDE } ;

struct graph_node
{
  char const *name ;        /* borrowed */
  enum graph_state state ;
  size_t pending ;          /* dependencies that are not up yet */
  size_t first_edge ;       /* of those to its dependents; GRAPH_NONE: none */
  size_t next ;             /* in the queue of ready nodes */
} ;

struct graph
{
  genalloc nodes ;          /* struct graph_node */
  genalloc edges ;
  size_t head, tail ;       /* of the queue */
  size_t unsettled ;        /* nodes that are neither up, failed, blocked nor set aside */
} ;

#define GRAPH_NONE ((size_t)-1)
#define GRAPH_ZERO { .nodes = GENALLOC_ZERO, .edges = GENALLOC_ZERO, .head = GRAPH_NONE, .tail = GRAPH_NONE, .unsettled = 0 }

/* Adds a node. Returns its index, or GRAPH_NONE and sets errno (ENOMEM). */
extern size_t graph_add (struct graph *, char const *name) ;

/* The node called name, or GRAPH_NONE. Linear: for the loading of tables, not for a walk. */
extern size_t graph_find (struct graph const *, char const *name) ;

/* Makes node, which has not begun, wait for dependency; one that has failed or is blocked blocks it at once, and
   what depends on it.
   Returns 0, or -1 and sets errno (ENOMEM). */
extern int graph_depend (struct graph *, size_t node, size_t dependency) ;

/* To be called after the last graph_depend() of the nodes added since the last time: what waits for nothing becomes ready. */
extern void graph_begin (struct graph *) ;

/* Leaves out a node that has not begun, and that no other but such depends on. */
extern void graph_set_aside (struct graph *, size_t node) ;

/* Puts back a node that graph_next() has just taken: it is to be started later. */
extern void graph_put_back (struct graph *, size_t node) ;

/* Takes the next ready node, in the order in which they became so; it is then started. GRAPH_NONE: none is ready now. */
extern size_t graph_next (struct graph *) ;

/* Ends a started node. With ok, what waited for it last becomes ready; without, all that depends on it is blocked. */
extern void graph_settle (struct graph *, size_t node, int ok) ;

extern struct graph_node *graph_node (struct graph const *, size_t) ;
extern size_t graph_size (struct graph const *) ;
extern void graph_free (struct graph *) ;

#endif
