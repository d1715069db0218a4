/* ISC license. */

#ifndef STILLROOT_STAGE_ADDUSER_H
#define STILLROOT_STAGE_ADDUSER_H

#include "boot.h"

/* init-adduser: shows the image's banner, and says which user and group the applications run as. */
extern stage_func stage_adduser ;

/* Ownership, not recursive, of /config alone, and of /app and /defaults: theirs is abc. */
extern stage_func stage_own_config, stage_own_app ;

#endif
