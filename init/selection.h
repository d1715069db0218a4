/* ISC license. */

#ifndef STILLROOT_SELECTION_H
#define STILLROOT_SELECTION_H

#include "live.h"

/* Sets of services of the boot graph, as s6-rc(1) selects them: a byte for each node, nonzero for what is in the set.
   Bundles stand for what they contain; steps, which no definition knows of, are never selected by name. */

/* Whether s6-rc has a service of that node. */
extern int selection_is_service (struct live const *, size_t node) ;

/* Adds the service or bundle name; "all" adds every service unless a definition has that name. Returns 0, or -1: there is none. */
extern int selection_add (struct live const *, char *set, char const *name) ;

/* Adds the services that are up. */
extern void selection_add_up (struct live const *, char *set) ;

/* Puts what bundles contain in their place. Returns 0, or -1 and sets errno (ENOMEM). */
extern int selection_expand (struct live const *, char *set) ;

extern void selection_invert (struct live const *, char *set) ;

#endif
