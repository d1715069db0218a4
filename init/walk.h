/* ISC license. */

#ifndef STILLROOT_WALK_H
#define STILLROOT_WALK_H

#include <sys/types.h>

#include <skalibs/genalloc.h>
#include <skalibs/stralloc.h>
#include <skalibs/tai.h>

#include "boot.h"
#include "bootgraph.h"
#include "deadlines.h"
#include "definitionset.h"
#include "graph.h"
#include "processtable.h"
#include "services.h"
#include "stages.h"

/* The one walk over the boot graph: stages, bundles, oneshots and longruns, each as soon as what it depends on is up.
   Ends through rc_die() when memory runs out. No step costs more for there being many nodes, but by a logarithm. */

struct walk_oneshot
{
  pid_t pid ;                 /* 0: its script does not run */
  int timed_out ;
  char const *end ;           /* why it was told to end; 0: it was not */
} ;

struct walk_longrun
{
  struct service service ;
  size_t unready, open, troubled ;   /* 1 where it counts in the numbers of the same names below */
} ;

struct walk
{
  struct boot const *boot ;
  struct graph graph ;        /* nodes: the stages in the order of their table, then what the definitions have */
  struct bootgraph record ;   /* the same nodes: what each is, and for those who come later */
  genalloc places ;           /* size_t for each node: where in the arrays below it stands */
  genalloc oneshots ;         /* struct walk_oneshot */
  genalloc longruns ;         /* struct walk_longrun */
  struct stage_run *stages ;  /* one for each row */
  struct definitionset set ;  /* what the nodes' names and texts belong to */
  struct processtable programs ;   /* of stages and oneshots; the numbers are nodes */
  struct deadlines deadlines ;     /* of the same, and of longruns */
  int eventfd ;               /* epoll, of the longruns' events */
  int statefd ;               /* RUN_BOOTGRAPH_STATE; -1: not yet */
  size_t recorded ;           /* for so many nodes */
  int unrecorded ;            /* the record has changed since it was written */
  int lockfd ;                /* RUN_LIVE_LOCK; -1: not ours */
  int crowded ;               /* there is no room for one more process until one of ours has ended, or another has before retry */
  int crowd_said ;
  tain retry ;
  size_t unready ;            /* longruns that are up, but not ready as they will say */
  size_t open ;               /* longruns that are to be waited for, also those that are up and have not held yet */
  size_t troubled ;           /* longruns that die again and again, and have never been ready */
  unsigned int hold ;         /* how long a service without readiness notification must stay up, milliseconds */
  int stopping ;
  int given_up ;              /* walk_give_up(): nothing more is started */
  int failed ;                /* a stage, a service or a definition */
  int code ;                  /* what the container exits with if a failure ends it */
  int fatal ;                 /* something has been found that ends the container: nothing more is started */
} ;

#define WALK_ZERO { \
  .boot = 0, .graph = GRAPH_ZERO, .record = BOOTGRAPH_ZERO, .places = GENALLOC_ZERO, .oneshots = GENALLOC_ZERO, .longruns = GENALLOC_ZERO, \
  .set = DEFINITIONSET_ZERO, .programs = PROCESSTABLE_ZERO, .deadlines = DEADLINES_ZERO, .eventfd = -1, .statefd = -1, .lockfd = -1, .retry = TAIN_INFINITE, .code = 1 }

/* Reads the table. */
extern void walk_load (struct walk *, struct boot const *) ;

/* Starts all that is ready, as long as anything becomes so. */
extern void walk_advance (struct walk *) ;

/* Lowers *deadline to the first one of programs and longruns. */
extern void walk_lower_deadline (struct walk const *, tain *deadline) ;

/* Handles what eventfd tells of. */
extern void walk_events (struct walk *) ;

/* Handles the deadlines that have passed. */
extern void walk_late (struct walk *) ;

/* A child of this process has ended. Lets what it belongs to go on. */
extern void walk_child_ended (struct walk *, pid_t, int wstat) ;

/* The container stops: tells the programs of stages and oneshots to end; what still runs grace milliseconds later is killed, by walk_late(). */
extern void walk_stop (struct walk *, unsigned int grace) ;

/* Gives up on what is not up yet: its programs are ended, its longruns count as failed, and nothing more is started. */
extern void walk_give_up (struct walk *, unsigned int grace) ;

/* Everything has ended or come up once, or never will; whether longruns are ready is another matter. */
extern int walk_all_started (struct walk const *) ;

/* Nothing more is to be waited for: every node is settled, every longrun has held or failed. */
extern int walk_is_over (struct walk const *) ;

/* Puts what a failure has kept from starting, as far as that is known, into the boot report. */
extern void walk_report_blocked (struct walk *) ;

/* Does so for the last time, and frees the live directory for s6-rc. */
extern void walk_conclude (struct walk *) ;

/* Whether the image's own definition has taken the place of the stage of row, or of the one that it is a part of. */
extern int walk_is_replaced (struct walk const *, size_t row) ;

#endif
