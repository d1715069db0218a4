/* ISC license. */

#include <string.h>

#include "selection.h"

#define EVERYTHING "all"

static size_t size (struct live const *l)
{
  return bootgraph_size(&l->graph) ;
}

static enum bootgraph_kind kind (struct live const *l, size_t i)
{
  return bootgraph_node(&l->graph, i)->kind ;
}

int selection_is_service (struct live const *l, size_t i)
{
  return kind(l, i) != BOOTGRAPH_BUNDLE && kind(l, i) != BOOTGRAPH_STEP ;
}

int selection_add (struct live const *l, char *set, char const *name)
{
  size_t i = 0 ;
  for (; i < size(l) ; i++)
  {
    if (kind(l, i) == BOOTGRAPH_STEP || strcmp(bootgraph_node(&l->graph, i)->name, name)) continue ;
    set[i] = 1 ;
    return 0 ;
  }
  if (strcmp(name, EVERYTHING)) return -1 ;
  for (i = 0 ; i < size(l) ; i++) if (selection_is_service(l, i)) set[i] = 1 ;
  return 0 ;
}

void selection_add_up (struct live const *l, char *set)
{
  size_t i = 0 ;
  for (; i < size(l) ; i++) if (selection_is_service(l, i) && live_is_up(l, i)) set[i] = 1 ;
}

int selection_expand (struct live const *l, char *set)
{
  struct bootgraph_edge const *edges = genalloc_s(struct bootgraph_edge, &l->graph.edges) ;
  size_t m = genalloc_len(struct bootgraph_edge, &l->graph.edges) ;
  /* the same nodes, but of the edges only those into a bundle */
  struct bootgraph contents = { .nodes = l->graph.nodes, .edges = GENALLOC_ZERO, .text = STRALLOC_ZERO } ;
  size_t i = 0 ;
  int r = 0 ;
  for (; !r && i < m ; i++)
    if (kind(l, edges[i].node) == BOOTGRAPH_BUNDLE) r = bootgraph_add_edge(&contents, edges[i].node, edges[i].dependency) ;
  if (!r) r = bootgraph_close(&contents, set, 0) ;
  genalloc_free(struct bootgraph_edge, &contents.edges) ;
  if (!r) for (i = 0 ; i < size(l) ; i++) if (kind(l, i) == BOOTGRAPH_BUNDLE) set[i] = 0 ;
  return r ;
}

void selection_invert (struct live const *l, char *set)
{
  size_t i = 0 ;
  for (; i < size(l) ; i++) set[i] = !set[i] ;
}
