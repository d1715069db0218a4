/* ISC license. */

#ifndef STILLROOT_NAMETABLE_H
#define STILLROOT_NAMETABLE_H

#include <stddef.h>

/* Names, numbered from 0 in the order in which they came. A balanced tree: no choice of names makes it slow. */

struct nametable
{
  void *root ;
  size_t n ;
} ;

#define NAMETABLE_NONE ((size_t)-1)
#define NAMETABLE_ZERO { .root = 0, .n = 0 }

/* The number of name, which is copied if it is new. Its copy, which lasts until nametable_free(), is stored in *ret_name.
   Returns NAMETABLE_NONE and sets errno (ENOMEM) on failure. */
extern size_t nametable_add (struct nametable *, char const *name, char const **ret_name) ;

/* The number of name, or NAMETABLE_NONE. */
extern size_t nametable_find (struct nametable const *, char const *name) ;

extern void nametable_free (struct nametable *) ;

#endif
