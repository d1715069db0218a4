/* ISC license. */

#ifndef STILLROOT_REMARKS_H
#define STILLROOT_REMARKS_H

#include <skalibs/stralloc.h>

#include "look.h"

/* What a look tells of the container as it is run now, as lines that begin with "# ". */

/* Appends whether anything keeps it from booting, all that does (obstacles.h), what it is asked for and will not do, and what it does without. Without memory, something
   is missing. */
extern void remarks_add (struct look const *, stralloc *) ;

#endif
