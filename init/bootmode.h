/* ISC license. */

#ifndef STILLROOT_BOOTMODE_H
#define STILLROOT_BOOTMODE_H

#include "boot.h"

/* The boot mode, one of BOOT_*, that the root file system and the user make. */
extern unsigned int bootmode_of (struct rootfs const *, struct privileges const *) ;

/* Its name in the boot report. */
extern char const *bootmode_name (unsigned int mode) ;

#endif
