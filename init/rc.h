/* ISC license. */

#ifndef STILLROOT_RC_H
#define STILLROOT_RC_H

#include <skalibs/gccattributes.h>

#include "boot.h"

/* Stage 2: walks the boot graph, starts the services, runs the CMD (cmd, NULL-terminated; empty: none) and ends.
   Returns the exit code of this process, which nobody reads. */
extern int rc_main (struct boot *, char const *const *cmd) ;

/* For what stage 2 cannot go on without: one fatal line with errno, exit code 111 for the container, which is then stopped. */
extern void rc_die (struct boot const *, char const *what) gccattr_noreturn ;

#endif
