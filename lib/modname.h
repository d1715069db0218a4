/* ISC license. */

#ifndef STILLROOT_MODNAME_H
#define STILLROOT_MODNAME_H

#include <stddef.h>

#include <skalibs/stralloc.h>

/* Mods by their names, as DOCKER_MODS has them. */

struct modlist
{
  stralloc text ;
  char const **names ;   /* each once, in their order */
  size_t n ;
} ;

#define MODLIST_ZERO { .text = STRALLOC_ZERO, .names = 0 }

/* Takes those of s, which "|" and blanks separate; other control characters, which no name has, become "?". Returns 0, or -1 and sets errno, *ret untouched. */
extern int modlist_split (char const *s, struct modlist *ret) ;

extern int modlist_has (struct modlist const *, char const *name) ;

extern void modlist_free (struct modlist *) ;

/* The file name of the record of the mod: readable, of letters, digits, ".", "_", "-" and "%XX" for all else ('%' too, a '.' in front too), and ".json";
   of a long name the beginning, and a digest of it; appended with a NUL. Returns 1; or 0 and sets errno: EINVAL, the name is empty. */
extern int modname_file (char const *mod, stralloc *file) ;

#endif
