/* ISC license. */

#ifndef STILLROOT_CAPABILITIES_H
#define STILLROOT_CAPABILITIES_H

#include <stddef.h>

#include <skalibs/stralloc.h>

#include "privileges.h"

/* What root's processes in a container make use of. The first CAPABILITIES_NEEDED are what running applications as another user takes;
   without the others, something is left undone. */
#define CAPABILITIES_NEEDED 2
#define CAPABILITIES_WANTED 6

struct capability
{
  unsigned int number ;   /* CAP_* of linux/capability.h */
  char const *name ;      /* as docker run --cap-add takes it */
  char const *use ;       /* what it is used for, in a few words */
} ;

extern struct capability const capabilities_wanted[CAPABILITIES_WANTED] ;

/* Appends the names of those that are missing among capabilities_wanted[from] to [to-1], with the separator between them (no NUL).
   Returns whether there are any; 0 also without memory. */
extern int capabilities_missing (struct privileges const *, size_t from, size_t to, char const *separator, stralloc *names) ;

#endif
