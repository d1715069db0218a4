/* ISC license. */

#ifndef STILLROOT_OSRELEASE_H
#define STILLROOT_OSRELEASE_H

#include <skalibs/stralloc.h>

/* Appends the value of the variable name in ROOT_OS_RELEASE, os-release(5), without its quotes, and a NUL that sa->len does not count;
   of several, the last. Returns 1, 0 when there is none, or -1 and sets errno (ENOENT: there is no such file). */
extern int osrelease_get (int rootfd, char const *name, stralloc *sa) ;

#endif
