/* ISC license. */

#ifndef STILLROOT_BAKE_USER_H
#define STILLROOT_BAKE_USER_H

#include "image.h"

/* Of the user and of the group, in every image. */
#define USER_ID 911

/* Gives the image the user and the group that applications run as. Exits where that cannot be. To be called outside of the image: who
   else edits its accounts is seen in the /proc of the machine; no link is followed. */
extern void user_bake (struct image const *) ;

#endif
