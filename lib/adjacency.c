/* ISC license. */

#include <stdlib.h>

#include "adjacency.h"

int adjacency_index (struct adjacency *a, struct bootgraph const *g, int dependents)
{
  struct bootgraph_edge const *edges = genalloc_s(struct bootgraph_edge, &g->edges) ;
  size_t n = bootgraph_size(g), m = genalloc_len(struct bootgraph_edge, &g->edges) ;
  size_t i = 0 ;
  a->first = calloc(n + 2, sizeof *a->first) ;
  a->to = calloc(m + 1, sizeof *a->to) ;
  if (!a->first || !a->to) return -1 ;
  /* counted two places behind, summed up, and filled one place behind: each first then stands where it belongs */
  for (; i < m ; i++) a->first[(dependents ? edges[i].dependency : edges[i].node) + 2]++ ;
  for (i = 2 ; i < n + 2 ; i++) a->first[i] += a->first[i-1] ;
  for (i = 0 ; i < m ; i++)
  {
    size_t from = dependents ? edges[i].dependency : edges[i].node ;
    a->to[a->first[from + 1]++] = dependents ? edges[i].node : edges[i].dependency ;
  }
  return 0 ;
}

void adjacency_free (struct adjacency *a)
{
  free(a->first) ;
  free(a->to) ;
  *a = (struct adjacency)ADJACENCY_ZERO ;
}
