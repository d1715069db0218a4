/* ISC license. */

#include <errno.h>

#include "definitionnames.h"

struct definition_reference *definition_reference (struct definitionset const *set, size_t i)
{
  return genalloc_s(struct definition_reference, &set->references) + i ;
}

int definitionset_refer (struct definitionset *set, size_t node, size_t to, size_t source, enum definition_list list)
{
  struct definition_reference const ref = { .to = to, .next = DEFINITIONSET_NONE, .source = source, .list = list } ;
  struct definition_node *n = definitionset_node(set, node) ;
  size_t i = genalloc_len(struct definition_reference, &set->references) ;
  if (i >= DEFINITIONSET_REFERENCES_MAX) return (errno = E2BIG, -1) ;
  if (!genalloc_append(struct definition_reference, &set->references, &ref)) return -1 ;
  if (n->tail == DEFINITIONSET_NONE) n->head = i ;
  else definition_reference(set, n->tail)->next = i ;
  n->tail = i ;
  return 0 ;
}

static int resolve_node (struct definitionset *set, struct definition_source const *sources, struct definition_node *n, struct complaints *c)
{
  enum definition_list const wanted = n->kind == DEFINITION_BUNDLE ? DEFINITION_CONTENTS : DEFINITION_DEPENDENCIES ;
  size_t walk = ++set->walks ;
  size_t r = n->head ;
  n->first = genalloc_len(size_t, &set->edges) ;
  for (; r != DEFINITIONSET_NONE ; r = definition_reference(set, r)->next)
  {
    struct definition_reference const *ref = definition_reference(set, r) ;
    struct definition_node *to = definitionset_node(set, ref->to) ;
    if (ref->list != wanted || to->mark == walk) continue ;
    to->mark = walk ;
    if (to->kind)
    {
      if (!genalloc_append(size_t, &set->edges, &ref->to)) return -1 ;
      n->n++ ;
    }
    else if (!to->broken)
      complaints_add(c, ref->source == DEFINITIONSET_NONE ? "built-in" : sources[ref->source].name, "/", n->name, ": its ",
        definition_list_file(wanted), " name ", to->name, ", which is not defined") ;
  }
  return 0 ;
}

/* What an essential bundle contains is essential. */
static int spread_essential (struct definitionset *set)
{
  genalloc bundles = GENALLOC_ZERO ;
  size_t i = 0 ;
  int ok = 1 ;
  for (; ok && i < definitionset_size(set) ; i++)
    if (definitionset_node(set, i)->kind == DEFINITION_BUNDLE && definitionset_node(set, i)->settings.essential)
      ok = genalloc_append(size_t, &bundles, &i) ;
  for (i = 0 ; ok && i < genalloc_len(size_t, &bundles) ; i++)
  {
    struct definition_node const *n = definitionset_node(set, genalloc_s(size_t, &bundles)[i]) ;
    size_t e = n->first ;
    for (; ok && e < n->first + n->n ; e++)
    {
      size_t to = definitionset_edge(set, e) ;
      struct definition_node *t = definitionset_node(set, to) ;
      if (t->settings.essential) continue ;
      t->settings.essential = 1 ;
      if (t->kind == DEFINITION_BUNDLE) ok = genalloc_append(size_t, &bundles, &to) ;
    }
  }
  genalloc_free(size_t, &bundles) ;
  return ok ? 0 : -1 ;
}

int definitionset_resolve (struct definitionset *set, struct definition_source const *sources, struct complaints *c)
{
  size_t i = 0 ;
  for (; i < definitionset_size(set) ; i++)
    if (definitionset_node(set, i)->kind && resolve_node(set, sources, definitionset_node(set, i), c) == -1) return -1 ;
  return spread_essential(set) ;
}
