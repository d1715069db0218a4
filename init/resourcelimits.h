/* ISC license. */

#ifndef STILLROOT_RESOURCELIMITS_H
#define STILLROOT_RESOURCELIMITS_H

#include <skalibs/stralloc.h>

/* Appends which resource limit is so low that no boot could work (no NUL); returns what mends it, or 0: none is, and nothing is appended. */
extern char const *resourcelimits_lack (stralloc *) ;

/* Ends the process with a fatal line when there is such a one. */
extern void resourcelimits_check (void) ;

#endif
