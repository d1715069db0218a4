/* ISC license. */

#ifndef STILLROOT_STAGE_ADDUSER_H
#define STILLROOT_STAGE_ADDUSER_H

#include "boot.h"

/* init-adduser: says which user and group the applications run as. */
extern int stage_adduser (struct boot const *, stralloc *reason) ;

/* Ownership, not recursive, of /config alone, and of /app and /defaults: theirs is abc. */
extern int stage_own_config (struct boot const *, stralloc *reason) ;
extern int stage_own_app (struct boot const *, stralloc *reason) ;

#endif
