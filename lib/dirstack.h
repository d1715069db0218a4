/* ISC license. */

#ifndef STILLROOT_DIRSTACK_H
#define STILLROOT_DIRSTACK_H

#include <sys/types.h>

#include <skalibs/stralloc.h>

#include "inode.h"

/* The directories on the way from where a walk began down to where it is. Only the lowest few are kept open, and the first one; the
   others are opened again from below when the walk comes back to them. */

struct dirstack_frame
{
  int fd ;                     /* open for reading; -1: closed */
  struct inode inode ;         /* when it was opened */
  size_t pathlen ;
  stralloc names ;             /* of the subdirectories still to be visited from next on, each with its NUL */
  size_t next ;
  int more ;                   /* not read to its end: goes on at resume */
  off_t resume ;
} ;

struct dirstack
{
  struct dirstack_frame *frames ;
  size_t depth, max ;
  size_t lowest ;              /* of the open frames, but for the first */
  unsigned int held ;          /* how many are kept open above the deepest */
  stralloc path ;              /* of the deepest, with a NUL */
} ;

/* Adds a directory below the deepest one, which is open as fd; path: of the first one, or the name in the one above.
   Returns 0, or -1 without memory: then fd stays the caller's. */
extern int dirstack_push (struct dirstack *, int fd, struct inode const *, char const *path) ;

/* The deepest. */
extern struct dirstack_frame *dirstack_top (struct dirstack const *) ;

/* Closes the highest of those that can be. Returns 0 when there is none. */
extern int dirstack_close_one (struct dirstack *) ;

/* Opens the directory above the deepest one, if need be, and if it is still the one that we came through: a directory that was moved
   has another above it, perhaps outside the tree. Returns 0, or -1 and sets errno; ESTALE: it was moved. */
extern int dirstack_reopen_above (struct dirstack *) ;

/* Closes the deepest and takes it off. */
extern void dirstack_pop (struct dirstack *) ;

extern void dirstack_free (struct dirstack *) ;

#endif
