/* ISC license. */

#ifndef STILLROOT_STAGE_CONTSCRIPTS_H
#define STILLROOT_STAGE_CONTSCRIPTS_H

#include "boot.h"

/* legacy-cont-init: runs the files of cont-init.d in the order of their names. All are run; one that fails makes the boot incomplete. */
extern stage_func stage_cont_init ;

#endif
