/* ISC license. */

#ifndef STILLROOT_BAKE_NEEDS_H
#define STILLROOT_BAKE_NEEDS_H

#include "image.h"

/* Exits where the image lacks a program without which it cannot boot. */
extern void needs_check (struct image const *) ;

#endif
