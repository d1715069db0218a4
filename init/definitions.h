/* ISC license. */

#ifndef STILLROOT_DEFINITIONS_H
#define STILLROOT_DEFINITIONS_H

#include "walk.h"

/* Where services are defined: the image's services.d and the user's custom services. Adds all of them to the walk. */
extern void definitions_load (struct walk *) ;

/* Adds one service of the base, below the stage of row anchor. */
extern void definitions_load_base (struct walk *, char const *name, size_t anchor) ;

#endif
