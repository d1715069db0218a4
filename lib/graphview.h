/* ISC license. */

#ifndef STILLROOT_GRAPHVIEW_H
#define STILLROOT_GRAPHVIEW_H

#include "bootgraph.h"

/* The boot graph for people and programs to look at: without the steps, each node with what has become of it. */

enum graphview_state
{
  GRAPHVIEW_UP,
  GRAPHVIEW_STARTING,   /* its script runs, its process has not notified yet, or is about to be restarted */
  GRAPHVIEW_WAITING,    /* not up yet, while the container boots */
  GRAPHVIEW_FAILED,     /* in the boot, and not up since */
  GRAPHVIEW_BLOCKED,    /* by a failure in the boot, and not up since */
  GRAPHVIEW_DOWN,
  GRAPHVIEW_STATES
} ;

struct graphview_node
{
  enum graphview_state state ;
  int timed ;           /* ms is known */
  unsigned int ms ;     /* since the start of the boot, of the last thing that the boot report has of it */
  size_t first, n ;     /* its edges */
} ;

struct graphview
{
  struct bootgraph graph ;
  struct graphview_node *nodes ;   /* one for each of the graph's; of steps, nothing */
  genalloc edges ;                 /* struct bootgraph_edge, as of bootgraph_contract() */
} ;

#define GRAPHVIEW_ZERO { .graph = BOOTGRAPH_ZERO, .nodes = 0, .edges = GENALLOC_ZERO }

/* Reads RUN_BOOTGRAPH and its states, takes times and failures from the text of RUN_REPORT_JSON, and asks the supervisors where the caller
   may: the state is that of now. Returns 0, or -1 and sets errno as bootgraph_read() does. To be freed in any case. */
extern int graphview_read (struct graphview *, int runfd, char const *report, size_t len) ;

extern char const *graphview_kind_name (enum bootgraph_kind) ;
extern char const *graphview_state_name (enum graphview_state) ;

/* Append it to sa: lines for people; the elements of a JSON array, each on a line; a digraph in the language of Graphviz's dot.
   What names are made of cannot change what the latter two mean. Return 0, or -1 and set errno (ENOMEM). */
extern int graphview_text (struct graphview const *, stralloc *) ;
extern int graphview_json (struct graphview const *, stralloc *) ;
extern int graphview_dot (struct graphview const *, stralloc *) ;

extern void graphview_free (struct graphview *) ;

#endif
