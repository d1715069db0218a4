/* ISC license. */

#ifndef STILLROOT_STAGE_HOOK_H
#define STILLROOT_STAGE_HOOK_H

#include "boot.h"

/* stage2-hook: runs S6_STAGE2_HOOK, a command line of words that no shell reads. It may still change definitions and the environment.
   One that fails makes the boot incomplete. */
extern stage_func stage_hook ;

#endif
