/* ISC license. */

#ifndef STILLROOT_BAKE_CHECK_H
#define STILLROOT_BAKE_CHECK_H

#include "image.h"

/* Loads the image's definitions as a boot does. Warns of what is likely not meant; says all that is wrong, and exits with EXIT_USER where
   something is. Changes nothing. */
extern void check_image (struct image const *) ;

#endif
