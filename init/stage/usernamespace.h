/* ISC license. */

#ifndef STILLROOT_STAGE_USERNAMESPACE_H
#define STILLROOT_STAGE_USERNAMESPACE_H

#include "boot.h"

/* user-namespace: says when applications cannot run as abc because of what the user namespace maps; where somebody has asked for
   the user, nothing goes on. */
extern int asked_user_namespace (struct boot const *, stralloc *what) ;
extern stage_func stage_user_namespace ;

#endif
