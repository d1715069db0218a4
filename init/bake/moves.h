/* ISC license. */

#ifndef STILLROOT_BAKE_MOVES_H
#define STILLROOT_BAKE_MOVES_H

#include <stddef.h>

#include <skalibs/stralloc.h>

#include "image.h"

/* Files of the image that are moved away, to their own paths below ROOT_ADOPTED, and written down before, in ROOT_ADOPTED_RECORD: whatever
   kills it, each is in one of its two places, and the record has both. Every failure is the exit of the program. */

struct moves
{
  struct image const *image ;
  int recordfd ;        /* -1: there is no record yet */
  stralloc record ;     /* what it has: lines FROM<TAB>TO, absolute paths */
  size_t n ;            /* how many were moved */
} ;

/* Reads the record, where there is one. */
extern void moves_open (struct image const *, struct moves *ret) ;

extern void moves_close (struct moves *) ;

/* Moves the file at path, which is relative to the root and has no control character in it. */
extern void moves_away (struct moves *, char const *path) ;

/* Moves all back that the record has, the last one first; what is there by now and is a link to our executable gives way. What cannot be
   moved back is a warning. Returns how many are left; with none, the record is gone. */
extern size_t moves_back (struct moves *) ;

/* Whether path, relative to the root, is a link that leads to our executable. */
extern int moves_is_ours (struct image const *, char const *path) ;

#endif
