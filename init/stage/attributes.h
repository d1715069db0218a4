/* ISC license. */

#ifndef STILLROOT_STAGE_ATTRIBUTES_H
#define STILLROOT_STAGE_ATTRIBUTES_H

#include "boot.h"

/* fix-attrs: owners and modes, as the lines of the files in fix-attrs.d have them. A line that cannot be applied makes the boot incomplete;
   what stands on a read-only file system and is not right is one line. */
extern stage_func stage_fix_attrs ;

#endif
