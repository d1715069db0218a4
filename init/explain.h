/* ISC license. */

#ifndef STILLROOT_EXPLAIN_H
#define STILLROOT_EXPLAIN_H

#include <skalibs/stralloc.h>

/* Appends, in full, how the container is to be run: as a docker run command line, a compose file and a Kubernetes Pod, or the form of that name alone
   (0: all). Returns 0, or -1 and sets errno: EINVAL, there is no such form. */
extern int explain (char const *form, char const *const *envp, stralloc *) ;

#endif
