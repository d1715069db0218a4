/* ISC license. */

#ifndef STILLROOT_DEADLINES_H
#define STILLROOT_DEADLINES_H

#include <stddef.h>

#include <skalibs/genalloc.h>
#include <skalibs/tai.h>

/* Deadlines of numbered things, one each at most, the earliest first. Every step costs no more than the logarithm of how many are set. */

#define DEADLINES_NONE ((size_t)-1)

struct deadlines
{
  genalloc heap ;     /* of the numbers and their deadlines, the earliest on top */
  genalloc places ;   /* size_t: where in the heap each number stands, or DEADLINES_NONE */
} ;

#define DEADLINES_ZERO { .heap = GENALLOC_ZERO, .places = GENALLOC_ZERO }

/* Gives i the deadline when, in place of one that it has; an infinite one clears it. Returns 0, or -1 and sets errno (ENOMEM). */
extern int deadlines_set (struct deadlines *, size_t i, tain const *when) ;

extern void deadlines_clear (struct deadlines *, size_t i) ;

/* Lowers *deadline to the earliest. */
extern void deadlines_lower (struct deadlines const *, tain *deadline) ;

/* Takes out one that is not after now, the earliest first, of equal ones the lowest number. Returns its number, or DEADLINES_NONE. */
extern size_t deadlines_take (struct deadlines *, tain const *now) ;

extern void deadlines_free (struct deadlines *) ;

#endif
