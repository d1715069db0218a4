/* ISC license. */

#ifndef STILLROOT_RUNFAULT_H
#define STILLROOT_RUNFAULT_H

#include <skalibs/stralloc.h>

#include "rundir.h"

/* Appends why there is no usable /run, as what follows on its path in a sentence (no NUL), and returns what mends it for the caller's user. e: the errno that came with
   the fault. */
extern char const *runfault (struct rundir const *, int e, stralloc *why) ;

/* Appends why the state is not in the place that struct rundir names: "/dev cannot stand in: it is not a tmpfs". */
extern void runfault_place (struct rundir const *, stralloc *why) ;

/* What gives this user a /run in memory, in whatever way it runs. */
extern char const *runfault_tmpfs (void) ;

#endif
