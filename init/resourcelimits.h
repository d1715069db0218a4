/* ISC license. */

#ifndef STILLROOT_RESOURCELIMITS_H
#define STILLROOT_RESOURCELIMITS_H

/* Ends the process with a fatal line when one of its resource limits is so low that no boot could work. */
extern void resourcelimits_check (void) ;

#endif
