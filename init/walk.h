/* ISC license. */

#ifndef STILLROOT_WALK_H
#define STILLROOT_WALK_H

#include <sys/types.h>

#include <skalibs/genalloc.h>
#include <skalibs/iopause.h>
#include <skalibs/tai.h>

#include "boot.h"
#include "graph.h"
#include "services.h"
#include "stages.h"

/* The one walk over the boot graph: the stages of the table, then the services. Ends through rc_die() when memory runs out. */

struct walk
{
  struct boot const *boot ;
  struct graph graph ;        /* nodes: the stages in the order of their table, then the services in that of their array */
  genalloc services ;         /* struct service */
  struct stage_run *stages ;  /* one for each row */
  size_t running ;            /* stages whose program runs */
  unsigned int hold ;         /* how long a service without readiness notification must stay up, milliseconds */
  int failed ;                /* a stage, a service or a definition */
  int code ;                  /* what the container exits with if a failure ends it */
  int fatal ;                 /* a stage has found what ends the container: nothing more is started */
} ;

#define WALK_ZERO { .boot = 0, .graph = GRAPH_ZERO, .services = GENALLOC_ZERO, .code = 1 }

/* Reads the table. */
extern void walk_load (struct walk *, struct boot const *) ;

/* A definition cannot be used: counts as a failure. */
extern void walk_definition_failed (struct walk *) ;

/* Adds the service name, whose definition is the directory srcfd (absolute path src), below the stage anchor,
   and puts it under supervision, down. What is wrong with it is said, and counts as a failure. */
extern void walk_add_service (struct walk *, char const *name, int srcfd, char const *src, size_t anchor) ;

/* Starts all that is ready, as long as anything becomes so. */
extern void walk_advance (struct walk *) ;

/* How many descriptors walk_watch() fills in. */
extern size_t walk_services_len (struct walk const *) ;

/* What to wait for: fills in x, and lowers *deadline to the first one of the services'. */
extern void walk_watch (struct walk const *, iopause_fd *x, tain *deadline) ;

/* Handles the events that x tells of (about the first n services), and the deadlines of services that have passed. */
extern void walk_handle (struct walk *, iopause_fd const *x, size_t n) ;

/* Lowers *deadline to the first one of the stages' programs. */
extern void walk_programs_deadline (struct walk const *, tain *deadline) ;

/* Kills the programs whose deadline has passed. */
extern void walk_programs_late (struct walk *) ;

/* A child of this process has ended. Lets the stage go on whose program it was. */
extern void walk_child_ended (struct walk *, pid_t, int wstat) ;

/* Tells the programs of stages to end; what still runs ms milliseconds later is killed, by walk_programs_late().
   The stages then fail, for the reason why. */
extern void walk_stop_programs (struct walk *, unsigned int ms, char const *why) ;

/* Gives up on what is not up yet: its programs are ended, its services count as failed. */
extern void walk_give_up (struct walk *, unsigned int grace) ;

/* Every stage has ended, every service has come up once or never will; whether they are ready is another matter. */
extern int walk_all_started (struct walk const *) ;

/* Nothing more is to be waited for: every node is settled, every service has held or failed. */
extern int walk_is_over (struct walk const *) ;

/* Puts what a failure has kept from starting into the boot report. */
extern void walk_report_blocked (struct walk *) ;

#endif
