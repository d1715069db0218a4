/* ISC license. */

#include <stdlib.h>
#include <string.h>

#include "adjacency.h"
#include "bootgraph.h"

int bootgraph_add (struct bootgraph *g, struct bootgraph_node const *n)
{
  return genalloc_append(struct bootgraph_node, &g->nodes, n) ? 0 : -1 ;
}

int bootgraph_add_edge (struct bootgraph *g, size_t node, size_t dependency)
{
  struct bootgraph_edge const e = { .node = node, .dependency = dependency } ;
  return genalloc_append(struct bootgraph_edge, &g->edges, &e) ? 0 : -1 ;
}

struct bootgraph_node *bootgraph_node (struct bootgraph const *g, size_t i)
{
  return genalloc_s(struct bootgraph_node, &g->nodes) + i ;
}

size_t bootgraph_size (struct bootgraph const *g)
{
  return genalloc_len(struct bootgraph_node, &g->nodes) ;
}

size_t bootgraph_find (struct bootgraph const *g, char const *name)
{
  size_t i = 0 ;
  for (; i < bootgraph_size(g) ; i++) if (!strcmp(bootgraph_node(g, i)->name, name)) return i ;
  return BOOTGRAPH_NONE ;
}

int bootgraph_close (struct bootgraph const *g, char *chosen, int dependents)
{
  struct adjacency a = ADJACENCY_ZERO ;
  size_t n = bootgraph_size(g) ;
  size_t *queue = calloc(n + 1, sizeof *queue) ;
  size_t head = 0, tail = 0, i = 0 ;
  int r = queue ? adjacency_index(&a, g, dependents) : -1 ;
  for (; !r && i < n ; i++) if (chosen[i]) queue[tail++] = i ;
  for (; head < tail ; head++)
    for (i = a.first[queue[head]] ; i < a.first[queue[head] + 1] ; i++)
    {
      if (chosen[a.to[i]]) continue ;
      chosen[a.to[i]] = 1 ;
      queue[tail++] = a.to[i] ;
    }
  free(queue) ;
  adjacency_free(&a) ;
  return r ;
}

void bootgraph_free (struct bootgraph *g)
{
  genalloc_free(struct bootgraph_node, &g->nodes) ;
  genalloc_free(struct bootgraph_edge, &g->edges) ;
  stralloc_free(&g->text) ;
}
