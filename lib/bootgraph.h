/* ISC license. */

#ifndef STILLROOT_BOOTGRAPH_H
#define STILLROOT_BOOTGRAPH_H

#include <stddef.h>

#include <skalibs/genalloc.h>
#include <skalibs/stralloc.h>

/* The boot graph of a container as stage 2 has walked it, for those that come later: the stop, s6-rc, init-status. Stage 2 writes it once,
   to RUN_BOOTGRAPH; what is up changes, and stands in RUN_BOOTGRAPH_STATE, a byte for each node. So a change of the definitions on disk
   does not change how a service that runs is stopped. */

enum bootgraph_kind
{
  BOOTGRAPH_STAGE,
  BOOTGRAPH_STEP,           /* a stage that no definition knows of: no service for s6-rc */
  BOOTGRAPH_BUNDLE,
  BOOTGRAPH_ONESHOT,
  BOOTGRAPH_LONGRUN,
  BOOTGRAPH_KINDS
} ;

struct bootgraph_node
{
  char const *name ;
  enum bootgraph_kind kind ;
  int essential ;                       /* flag-essential */
  int notifies ;                        /* a longrun with a notification-fd */
  int legacy ;                          /* a longrun of services.d, for whose end s6-overlay does not wait long */
  unsigned int timeout_up, timeout_down, timeout_kill ;   /* ms; 0: none */
  char const *up, *down ;               /* of a oneshot: execline text, "" for nothing to do; of the others "" */
} ;

/* node waits for dependency; or it is a bundle, and dependency in it. */
struct bootgraph_edge { size_t node, dependency ; } ;

struct bootgraph
{
  genalloc nodes ;                      /* struct bootgraph_node */
  genalloc edges ;                      /* struct bootgraph_edge */
  stralloc text ;                       /* of a graph that was read: what its strings point into; otherwise they are whoever added the node's */
} ;

#define BOOTGRAPH_ZERO { .nodes = GENALLOC_ZERO, .edges = GENALLOC_ZERO, .text = STRALLOC_ZERO }
#define BOOTGRAPH_NONE ((size_t)-1)

/* Each returns 0, or -1 and sets errno (ENOMEM). */
extern int bootgraph_add (struct bootgraph *, struct bootgraph_node const *) ;
extern int bootgraph_add_edge (struct bootgraph *, size_t node, size_t dependency) ;

extern struct bootgraph_node *bootgraph_node (struct bootgraph const *, size_t) ;
extern size_t bootgraph_size (struct bootgraph const *) ;

/* The node called name, or BOOTGRAPH_NONE. Linear. */
extern size_t bootgraph_find (struct bootgraph const *, char const *name) ;

/* A larger graph is none. */
#define BOOTGRAPH_FILE_MAX 67108864

/* Writes RUN_BOOTGRAPH (atomicfile). Returns 0, or -1 and sets errno; EFBIG: it is larger than that. */
extern int bootgraph_write (struct bootgraph const *, int runfd) ;

/* Reads RUN_BOOTGRAPH into an empty graph. Returns 0, or -1 and sets errno: ENOENT none was written; EPROTO that is no graph of ours.
   The graph is to be freed in any case. */
extern int bootgraph_read (struct bootgraph *, int runfd) ;

/* Adds all that the nodes marked in chosen (a byte for each node, nonzero: marked) depend on or contain; with dependents nonzero, all that
   depends on them instead, and the bundles they are in. Linear. Returns 0, or -1 and sets errno (ENOMEM). */
extern int bootgraph_close (struct bootgraph const *, char *chosen, int dependents) ;

/* Appends to ret (struct bootgraph_edge, by node) the edges between nodes that are no steps. What a step waits for stands in its place, unless
   the node waits for that by way of another anyway, or is a bundle: it is not what is in it. Each edge once. Linear in the graph, and once
   more for each node that waits for a step. Returns 0, or -1 and sets errno (ENOMEM). */
extern int bootgraph_contract (struct bootgraph const *, genalloc *ret) ;

extern void bootgraph_free (struct bootgraph *) ;

/* The states: BOOTGRAPH_UP or BOOTGRAPH_DOWN for each node. */
#define BOOTGRAPH_DOWN '-'
#define BOOTGRAPH_UP '+'

/* Makes the file of states for n nodes, all down; or opens that of a graph with n nodes, to read alone where it may not be written to.
   Return a descriptor, or -1 and set errno (EPROTO: it is not of n nodes). */
extern int bootgraph_state_make (int runfd, size_t n) ;
extern int bootgraph_state_open (int runfd, size_t n) ;

/* Reads all n states into s, which may have changed even on failure. Returns 0, or -1 and sets errno (EPROTO: what stands there is none). */
extern int bootgraph_state_read (int fd, char *s, size_t n) ;

/* Sets one. Returns 0, or -1 and sets errno. */
extern int bootgraph_state_set (int fd, size_t node, char state) ;

#endif
