/* ISC license. */

#ifndef STILLROOT_RCDEFINITIONS_H
#define STILLROOT_RCDEFINITIONS_H

#include "walk.h"

/* The image's s6-rc definitions become nodes of the walk. */

/* Reads the sources, puts them between the stages, in the place of those that they define. Returns 0; or -1: they are wrong, which has
   been said, all of it, and nothing is added. */
extern int rcdefinitions_load (struct walk *) ;

/* Adds the edges that the table only wishes for, where the definitions leave room for them. */
extern void rcdefinitions_add_wishes (struct walk *) ;

#endif
