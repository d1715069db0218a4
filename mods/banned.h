/* ISC license. */

#ifndef STILLROOT_BANNED_H
#define STILLROOT_BANNED_H

#include <sys/types.h>

#include <skalibs/stralloc.h>

#include "imageref.h"

/* The list of owners whose mods are not applied: a file of the image (ROOT_MODS_BANNED), and another that a URL names. A line is OWNER or
   REGISTRY/OWNER, in any case; "#" begins a comment. */

#define BANNED_MAX 1048576   /* bytes of a list */

/* Appends the list in the image, if there is one. Returns 0, or -1 and sets errno. */
extern int banned_load (int rootfd, stralloc *list) ;

/* A list that is on its way, while other things are done. */
struct banned_fetch
{
  pid_t pid ;     /* of who fetches it; 0: nobody */
  int bodyfd ;
} ;

/* Begins to fetch the list at the URL. dirfd: a directory that is written by us alone. What goes wrong is a warning. The clock must have been started. */
extern void banned_begin (struct banned_fetch *, char const *url, int dirfd) ;

/* Appends it. It has had, from its beginning on, as long as a connection may take twice; then, or where something else goes wrong, there is a warning. */
extern void banned_end (struct banned_fetch *, stralloc *list) ;

/* Ends it, without the list. */
extern void banned_cancel (struct banned_fetch *) ;

/* Whether the list, which need not end in NUL, has the image's owner. */
extern int banned_has (stralloc const *list, struct imageref const *) ;

#endif
