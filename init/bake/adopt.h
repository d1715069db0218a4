/* ISC license. */

#ifndef STILLROOT_BAKE_ADOPT_H
#define STILLROOT_BAKE_ADOPT_H

#include <stddef.h>

#include "image.h"

/* An image with s6-overlay 3 and the stages of the LinuxServer.io base. Every failure is the exit of the program. */

/* Puts our stages and programs in the place of theirs, but for the stages in keep. What other layers added to a stage stays. A second
   call does what is left to do. */
extern void adopt_image (struct image const *, char const *const *keep, size_t nkeep) ;

/* Undoes that. */
extern void adopt_restore (struct image const *) ;

#endif
