/* ISC license. */

#ifndef STILLROOT_OBSTACLES_H
#define STILLROOT_OBSTACLES_H

#include <stddef.h>

#include <skalibs/stralloc.h>

#include "look.h"

/* What keeps a container from booting, as far as a look can tell. */

/* Appends what is in the way, in a few words; nothing where it is not (no NUL). */
typedef void obstacle_func (struct look const *, stralloc *why) ;

extern obstacle_func *const obstacles[] ;
extern size_t const obstacles_len ;

#endif
