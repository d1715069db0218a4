/* ISC license. */

#ifndef STILLROOT_WALK_H
#define STILLROOT_WALK_H

#include <skalibs/genalloc.h>
#include <skalibs/iopause.h>
#include <skalibs/tai.h>

#include "boot.h"
#include "graph.h"
#include "services.h"

/* The one walk over the boot graph: the stages of the table, then the services. Ends through rc_die() when memory runs out. */

struct walk
{
  struct boot const *boot ;
  struct graph graph ;        /* nodes: the stages in the order of their table, then the services in that of their array */
  genalloc services ;         /* struct service */
  unsigned int hold ;         /* how long a service without readiness notification must stay up, milliseconds */
  int failed ;                /* a stage, a service or a definition */
  int code ;                  /* what the container exits with if a failure ends it */
  int missing ;               /* a stage that this version does not have was asked for: nothing more is started */
} ;

#define WALK_ZERO { .boot = 0, .graph = GRAPH_ZERO, .services = GENALLOC_ZERO, .hold = 0, .failed = 0, .code = 1, .missing = 0 }

/* Reads the table and the service definitions, and puts the services under supervision, down. */
extern void walk_load (struct walk *, struct boot const *) ;

/* Starts all that is ready, as long as anything becomes so. */
extern void walk_advance (struct walk *) ;

/* How many descriptors walk_watch() fills in. */
extern size_t walk_services_len (struct walk const *) ;

/* What to wait for: fills in x, and lowers *deadline to the first one of the walk's. */
extern void walk_watch (struct walk const *, iopause_fd *x, tain *deadline) ;

/* Handles the events that x tells of, and the deadlines that have passed. */
extern void walk_handle (struct walk *, iopause_fd const *x) ;

/* Nothing more is to be waited for: every node is settled, every service has held or failed. */
extern int walk_is_over (struct walk const *) ;

/* Puts what a failure has kept from starting into the boot report. */
extern void walk_report_blocked (struct walk *) ;

#endif
