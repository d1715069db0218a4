/* ISC license. */

#ifndef STILLROOT_RC_H
#define STILLROOT_RC_H

#include "boot.h"

/* Stage 2: walks the boot graph, starts the services, runs the CMD (cmd, NULL-terminated; empty: none) and ends.
   readyfd: becomes readable when s6-svscan runs. Returns the exit code of this process, which nobody reads. */
extern int rc_main (struct boot *, char const *const *cmd, int readyfd) ;

#endif
