/* ISC license. */

#ifndef STILLROOT_WALKNODES_H
#define STILLROOT_WALKNODES_H

#include "walk.h"

/* What the walk's graph is made of. */

/* Adds a node, whose strings must last. Returns its number. */
extern size_t walk_add (struct walk *, struct bootgraph_node const *) ;

/* The node becomes what n says: for a stage that ends in a service. */
extern void walk_become (struct walk *, size_t node, struct bootgraph_node const *) ;

/* The definition takes the place of the stage of row, which has not begun, and of the rows that are parts of it. */
extern void walk_replace (struct walk *, size_t row, struct bootgraph_node const *) ;

/* Makes the node wait for the other. */
extern void walk_depend (struct walk *, size_t node, size_t dependency) ;

/* The node, a longrun, is supervised from now on, down. Where that fails, it has been said, and the node fails when its turn comes. */
extern void walk_supervise (struct walk *, size_t node, struct service_source const *) ;

/* No bundle selects the node: it is there for s6-rc, but the boot does not start it. */
extern void walk_set_aside (struct walk *, size_t node) ;

/* Of a definition that cannot even be read: counts as a failure. */
extern void walk_definition_failed (struct walk *) ;

/* A longrun or a oneshot; the pointer is good until the next node is added. 0: it could not be made. */
extern struct walk_longrun *walk_longrun (struct walk const *, size_t node) ;
extern struct walk_oneshot *walk_oneshot (struct walk const *, size_t node) ;

/* Writes what has changed of the record, and for later readers what is up. */
extern void walk_record (struct walk *) ;

/* Ends a started node: with ok it is up, as the record then says too. */
extern void walk_settle (struct walk *, size_t node, int ok) ;

/* A program of the node runs until the deadline. */
extern void walk_run_program (struct walk *, size_t node, pid_t, tain const *deadline) ;

extern void walk_set_deadline (struct walk *, size_t node, tain const *) ;

#endif
