/* ISC license. */

#ifndef STILLROOT_DEFINITIONNAMES_H
#define STILLROOT_DEFINITIONNAMES_H

#include "definitionset.h"

/* From names to nodes: the second half of definitionset_load(). */

/* A name that a definition mentions. */
struct definition_reference
{
  size_t to ;               /* the node of this name, which need not be defined */
  size_t next ;             /* of the same definition; DEFINITIONSET_NONE: the last */
  size_t source ;           /* that mentions it, DEFINITIONSET_NONE: a built-in, a pipeline */
  enum definition_list list ;
} ;

extern struct definition_reference *definition_reference (struct definitionset const *, size_t) ;

/* Each returns 0, or -1 and sets errno (ENOMEM; E2BIG), whatever the complaints. */

/* Adds a name to a list of node. */
extern int definitionset_refer (struct definitionset *, size_t node, size_t to, size_t source, enum definition_list) ;

/* Links producers and consumers, and makes the bundles of named pipelines. */
extern int definitionset_link_pipelines (struct definitionset *, struct definition_source const *, struct complaints *) ;

/* Turns the references of all nodes into edges. */
extern int definitionset_resolve (struct definitionset *, struct definition_source const *, struct complaints *) ;

/* Complains about cycles: of each knot of them one at least, and never so many that their text is longer than the set. */
extern int definitionset_check_cycles (struct definitionset const *, struct complaints *) ;

#endif
