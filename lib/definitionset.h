/* ISC license. */

#ifndef STILLROOT_DEFINITIONSET_H
#define STILLROOT_DEFINITIONSET_H

#include <stddef.h>

#include <skalibs/genalloc.h>
#include <skalibs/stralloc.h>

#include "complaints.h"
#include "definition.h"
#include "nametable.h"

/* The definitions of several sources, merged, and their names resolved: what s6-rc-compile does, without a file written and without
   an end at the first mistake. Every step is linear in what is read, but for the logarithm of a look-up.
   A bundle that several sources define is one, with the contents of all: images add to user in more than one place. Anything else that is
   defined twice is a mistake.
   A bundle stays a node: it is up when its contents are, and what depends on it waits for just that. So no list is multiplied. */

#define DEFINITIONSET_NONE NAMETABLE_NONE

/* More than this is no set of services. */
#define DEFINITIONSET_NODES_MAX 65536
#define DEFINITIONSET_REFERENCES_MAX 1048576
#define DEFINITIONSET_TEXTS_MAX 16777216

struct definition_source
{
  int fd ;                  /* a directory of definition directories */
  char const *name ;        /* what complaints call it */
} ;

/* What exists without a definition. One of the same name takes its place; a directory without a type adds to it. */
struct definition_builtin
{
  char const *name ;
  enum definition_kind kind ;           /* DEFINITION_BUILTIN or DEFINITION_BUNDLE */
  char const *const *names ;            /* its dependencies, or its contents; ends with 0; may be 0 */
} ;

struct definition_node
{
  char const *name ;                    /* belongs to the set */
  enum definition_kind kind ;           /* DEFINITION_NONE: not defined; nothing refers to it then */
  size_t source ;                       /* the index of the first that defines it; DEFINITIONSET_NONE: built-in, or the bundle of a pipeline */
  int overrides ;                       /* a built-in of this name */
  int selected ;                        /* definitionset_select() came by */
  struct definition_settings settings ;
  stralloc up, down ;                   /* as in struct definition */
  size_t first, n ;                     /* its edges: what it depends on, or a bundle's contents; each once */
  size_t consumer ;                     /* reads what it writes; or DEFINITIONSET_NONE */
  size_t first_producer, producers ;    /* edges to what it reads from */

  /* while the set is loaded */
  size_t head, tail ;                   /* of its references */
  size_t adder ;                        /* the first source that has a directory of this name without a type, or DEFINITIONSET_NONE */
  int broken ;                          /* there was a complaint about what it is: none more for each mention */
  int has_contents ;
  int reciprocated ;                    /* its consumer names it too */
  size_t mark ;                         /* the last walk that came by */
} ;

struct definitionset
{
  struct nametable names ;              /* their numbers are those of the nodes */
  genalloc nodes ;                      /* struct definition_node */
  genalloc references ;                 /* names that definitions mention, before they are resolved */
  genalloc edges ;                      /* size_t: nodes */
  size_t texts ;                        /* bytes in all up and down */
  size_t walks ;
} ;

#define DEFINITIONSET_ZERO { .names = NAMETABLE_ZERO, .nodes = GENALLOC_ZERO, .references = GENALLOC_ZERO, .edges = GENALLOC_ZERO, .texts = 0, .walks = 0 }

/* Loads the sources and the built-ins into an empty set. All that is wrong is added to the complaints, in the order of the sources and of
   the names; without any, every name is resolved, and there is no cycle. The descriptors stay the caller's.
   Returns 0, or -1 and sets errno (ENOMEM; E2BIG: more than one of the limits above). */
extern int definitionset_load (struct definitionset *, struct definition_source const *, size_t nsources,
  struct definition_builtin const *, size_t nbuiltins, struct complaints *) ;

/* Selects the definition called name and all it depends on or contains. Returns 0, or -1 and sets errno; ENOENT: there is no such. */
extern int definitionset_select (struct definitionset *, char const *name) ;

/* Whether from depends on to or contains it, directly or not. Linear in what from needs. Returns 1; 0; or -1 and sets errno (ENOMEM). */
extern int definitionset_reaches (struct definitionset *, size_t from, size_t to) ;

/* The node called name, or DEFINITIONSET_NONE. */
extern size_t definitionset_find (struct definitionset const *, char const *name) ;

extern struct definition_node *definitionset_node (struct definitionset const *, size_t) ;
extern size_t definitionset_size (struct definitionset const *) ;

/* Edge i of the set: a node. */
extern size_t definitionset_edge (struct definitionset const *, size_t i) ;

extern void definitionset_free (struct definitionset *) ;

#endif
