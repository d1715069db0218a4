/* ISC license. */

#ifndef STILLROOT_BUILTINS_H
#define STILLROOT_BUILTINS_H

#include "definitionset.h"

/* The public rows of the stage table as what exists without a definition, for definitionset_load(). A row's dependencies are those of its
   parts too; private rows, which are over before definitions are read, are none. Stores their number in *ret_n.
   They live until builtins_free(). Returns 0, and sets errno, when there is no memory. */
extern struct definition_builtin *builtins_make (size_t *ret_n) ;

/* Selects all that they and the bundles of the image need: what a boot starts. Returns 0, or -1 and sets errno (ENOMEM). */
extern int builtins_select (struct definition_builtin const *, size_t n, struct definitionset *) ;

extern void builtins_free (struct definition_builtin *) ;

#endif
