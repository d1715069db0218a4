/* ISC license. */

#ifndef STILLROOT_STAGE_DEVICEGROUPS_H
#define STILLROOT_STAGE_DEVICEGROUPS_H

#include "boot.h"

/* device-groups: makes abc a member of the groups of the devices in RUN_DEVICES, which init-device-perms has left there. */
extern int asked_device_groups (struct boot const *, stralloc *what) ;
extern stage_func stage_device_groups ;

#endif
