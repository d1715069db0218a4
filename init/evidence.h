/* ISC license. */

#ifndef STILLROOT_EVIDENCE_H
#define STILLROOT_EVIDENCE_H

#include "boot.h"

/* Adds to the boot report what was found out about the container. Ends the program where there is no memory for it. */
extern void evidence (struct boot const *, char const *what, char const *found) ;

#endif
