/* ISC license. */

#ifndef STILLROOT_RUNSETUP_H
#define STILLROOT_RUNSETUP_H

#include "boot.h"

/* Sees to it that there is a usable /run, says which step it took, and makes our directories in it. Sets b->runfd and *ret. Where there is none,
   it ends the program with a line that says why and what mends it. Until fatal_undo(0), fatal() removes what is elsewhere than in /run itself. */
extern void runsetup (struct boot *b, struct rundir *ret) ;

#endif
