/* ISC license. */

#ifndef STILLROOT_APPLY_H
#define STILLROOT_APPLY_H

#include <skalibs/stralloc.h>

#include "layer.h"
#include "modstate.h"

/* Applies a mod: stages what it has, checks that all of it has a place, keeps the record of what is to be done, does it. Killed before the record
   is there, nothing of it is in the root; killed later, apply_finish() goes on. */

enum apply_source { APPLY_TAR, APPLY_DIRECTORY } ;

enum apply_result
{
  APPLY_DONE,
  APPLY_SAME,      /* the root has it already */
  APPLY_REFUSED,   /* what it has is not to be used, or has no place */
  APPLY_SYSTEM     /* a system call failed */
} ;

/* fd: of the tar or the directory. digest: of the tar; for a directory it is made of what that has, and of a tar that is known to be the same nobody
   asks. What fails is appended to why (no NUL). */
extern enum apply_result apply_mod (struct modstate const *, char const *mod, char const *digest, int fd, enum apply_source, stralloc *why) ;

/* Whether the root has what the digest says of the mod. */
extern int apply_is_done (struct modstate const *, char const *mod, char const *digest) ;

/* Puts in its place what a process that was killed had staged wholly, and removes what it had not. Each mod of it is a line. Returns 0, or -1 when something
   of it is still to be done. */
extern int apply_finish (struct modstate const *) ;

#endif
