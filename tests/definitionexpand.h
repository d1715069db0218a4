/* ISC license. */

#ifndef STILLROOT_TEST_DEFINITIONEXPAND_H
#define STILLROOT_TEST_DEFINITIONEXPAND_H

#include "definitionset.h"

/* The services that a node depends on, or that a bundle contains, as s6-rc-compile has them: each once, with its contents in place of a bundle.
   Appends them to ret (size_t). Returns 0, or -1 without memory. */
static inline int expand (struct definitionset *set, size_t node, genalloc *ret)
{
  genalloc bundles = GENALLOC_ZERO ;
  size_t walk = ++set->walks ;
  size_t next = 0 ;
  int ok = genalloc_append(size_t, &bundles, &node) ;
  for (; ok && next < genalloc_len(size_t, &bundles) ; next++)
  {
    struct definition_node const *n = definitionset_node(set, genalloc_s(size_t, &bundles)[next]) ;
    size_t e = n->first ;
    for (; ok && e < n->first + n->n ; e++)
    {
      size_t to = definitionset_edge(set, e) ;
      struct definition_node *t = definitionset_node(set, to) ;
      if (t->mark == walk) continue ;
      t->mark = walk ;
      ok = genalloc_append(size_t, t->kind == DEFINITION_BUNDLE ? &bundles : ret, &to) ;
    }
  }
  genalloc_free(size_t, &bundles) ;
  return ok ? 0 : -1 ;
}

#endif
