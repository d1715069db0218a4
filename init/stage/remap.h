/* ISC license. */

#ifndef STILLROOT_STAGE_REMAP_H
#define STILLROOT_STAGE_REMAP_H

#include "boot.h"

/* user-remap: gives the user and the group abc the ids PUID and PGID, 911 where they are unset, and the group the environment directory. */
extern int asked_user_remap (struct boot const *, stralloc *what) ;
extern stage_func stage_user_remap ;

/* user-groups: makes abc a member of the groups that the container was given (docker run --group-add); those that root has by the
   image's /etc/group are not meant. */
extern int asked_user_groups (struct boot const *, stralloc *what) ;
extern stage_func stage_user_groups ;

#endif
