/* ISC license. */

#ifndef STILLROOT_APPLY_H
#define STILLROOT_APPLY_H

#include <skalibs/stralloc.h>

#include "layer.h"
#include "modstate.h"
#include "nametable.h"

/* Applies a mod: stages what it has, checks that all of it has a place, keeps the record of what is to be done, does it. Killed before the record
   is there, nothing of it is in the root; killed later, apply_finish() goes on. */

enum apply_result
{
  APPLY_DONE,
  APPLY_SAME,      /* the root has it already */
  APPLY_REFUSED,   /* what it has is not to be used, or has no place */
  APPLY_SYSTEM     /* a system call failed */
} ;

struct apply_order
{
  char const *mod ;
  char const *digest ;             /* of the tar; 0: it is a directory, and the digest is made of what that has */
  int fd ;                         /* of the tar or the directory */
  int anew ;                       /* though the root may have it already */
  struct nametable const *later ;  /* files that mods have put which count more, and stay; 0: none */
} ;

/* What fails is appended to why (no NUL). */
extern enum apply_result apply_mod (struct modstate const *, struct apply_order const *, stralloc *why) ;

/* Adds the files and links of the mod, as its record has them, to the table. Returns 0, or -1 and sets errno. */
extern int apply_list (struct modstate const *, char const *mod, struct nametable *) ;

/* Whether the root has what the digest says of the mod. */
extern int apply_is_done (struct modstate const *, char const *mod, char const *digest) ;

/* Puts in its place what a process that was killed had staged wholly, and removes what it had not. Each mod of it is a line. Returns 0, or -1 when something
   of it is still to be done. */
extern int apply_finish (struct modstate const *) ;

#endif
