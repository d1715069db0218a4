/* ISC license. */

#ifndef STILLROOT_SVSCAN_H
#define STILLROOT_SVSCAN_H

#include <skalibs/gccattributes.h>

#include "boot.h"

/* Process 1 becomes s6-svscan, with the environment envp, which says on readyfd that it is there. Where that cannot be, it ends with a fatal line. */
extern void svscan_exec (struct boot const *, char const *const *envp, int readyfd) gccattr_noreturn ;

#endif
