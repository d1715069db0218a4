/* ISC license. */

#ifndef STILLROOT_CHANGE_H
#define STILLROOT_CHANGE_H

#include <signal.h>

#include <skalibs/tai.h>

#include "live.h"

/* Brings services up or down: the transitions of what is chosen of a boot graph, each as soon as those that it waits for have succeeded,
   in parallel. Going down, a service waits for what depends on it. Used by s6-rc and by the stop. */

struct change_policy
{
  int up ;                /* the direction */
  int essentials ;        /* essential services go down too; without, they and what they depend on stay */
  int dry ;               /* nothing is done; what would be is printed on standard output */

  /* The container stops: every longrun is told, whatever its state says; what has not ended within its time is killed, and holds up nothing.
     Its time, ms: of a longrun at least, of a script that has no timeout-down; and of a service of services.d. */
  int stop ;
  unsigned int grace, legacy_grace ;

  unsigned int steps ;    /* the verbosity from which on each transition is said */
  sigset_t interrupts ;   /* those that end the change: see change_run(); empty: none does */
  tain deadline ;         /* of the whole; infinite: none */
} ;

enum change_result
{
  CHANGE_DONE,
  CHANGE_FAILED,          /* a transition has failed, which was said in one warning, or the change was interrupted */
  CHANGE_LATE             /* the deadline has passed; what was told goes on */
} ;

/* Performs the transitions of the nodes marked in chosen (a byte for each node of the graph), which must be closed: going up, under
   dependencies, going down, under dependents. A state is kept as soon as it is so. With the first interrupt nothing more begins, longruns on
   their way fail at once, scripts are told to end; with the second they are killed.
   SIGCHLD and the interrupts are blocked from then on; children are reaped, whosesoever they are. Needs clock_start().
   Returns a result, or -1 and sets errno: nothing, or not all, has been tried. */
extern int change_run (struct live *, char const *chosen, struct change_policy const *) ;

#endif
