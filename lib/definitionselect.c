/* ISC license. */

#include <errno.h>

#include "definitionset.h"

int definitionset_select (struct definitionset *set, char const *name)
{
  genalloc chosen = GENALLOC_ZERO ;
  size_t i = definitionset_find(set, name) ;
  size_t next = 0 ;
  int ok ;
  if (i == DEFINITIONSET_NONE || !definitionset_node(set, i)->kind) return (errno = ENOENT, -1) ;
  if (definitionset_node(set, i)->selected) return 0 ;
  definitionset_node(set, i)->selected = 1 ;
  ok = genalloc_append(size_t, &chosen, &i) ;
  for (; ok && next < genalloc_len(size_t, &chosen) ; next++)
  {
    struct definition_node const *n = definitionset_node(set, genalloc_s(size_t, &chosen)[next]) ;
    size_t e = n->first ;
    for (; ok && e < n->first + n->n ; e++)
    {
      size_t to = definitionset_edge(set, e) ;
      if (definitionset_node(set, to)->selected) continue ;
      definitionset_node(set, to)->selected = 1 ;
      ok = genalloc_append(size_t, &chosen, &to) ;
    }
  }
  genalloc_free(size_t, &chosen) ;
  return ok ? 0 : -1 ;
}

int definitionset_reaches (struct definitionset *set, size_t from, size_t to)
{
  genalloc reached = GENALLOC_ZERO ;
  size_t walk = ++set->walks ;
  size_t next = 0 ;
  int ok = genalloc_append(size_t, &reached, &from) ;
  /* to is marked when the walk comes by, and not before: from itself is reached only where there is a cycle */
  for (; ok && definitionset_node(set, to)->mark != walk && next < genalloc_len(size_t, &reached) ; next++)
  {
    struct definition_node const *n = definitionset_node(set, genalloc_s(size_t, &reached)[next]) ;
    size_t e = n->first ;
    for (; ok && e < n->first + n->n ; e++)
    {
      size_t i = definitionset_edge(set, e) ;
      if (definitionset_node(set, i)->mark == walk) continue ;
      definitionset_node(set, i)->mark = walk ;
      ok = genalloc_append(size_t, &reached, &i) ;
    }
  }
  genalloc_free(size_t, &reached) ;
  return ok ? definitionset_node(set, to)->mark == walk : -1 ;
}
