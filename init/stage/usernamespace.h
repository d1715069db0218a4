/* ISC license. */

#ifndef STILLROOT_STAGE_USERNAMESPACE_H
#define STILLROOT_STAGE_USERNAMESPACE_H

#include "boot.h"

/* What is to be said when applications cannot run as abc because of what the user namespace maps. */
extern int asked_user_namespace (struct boot const *, stralloc *what) ;

/* user-namespace, where abc gets the ids that are wanted: where somebody has asked for them, nothing goes on. */
extern stage_func stage_user_namespace ;

/* image-namespace, where abc is whom the image has. */
extern stage_func stage_image_namespace ;

#endif
