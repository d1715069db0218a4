/* ISC license. */

#ifndef STILLROOT_STAGE_DEVICES_H
#define STILLROOT_STAGE_DEVICES_H

#include "boot.h"

/* init-device-perms: lets find(1) look for the devices that ATTACHED_DEVICES_PERMS tells of, and lets the groups of those in /dev read and
   write them. Those whose group abc is not in stand in RUN_DEVICES then. */
extern stage_func stage_device_perms ;

#endif
