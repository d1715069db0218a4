/* ISC license. */

#include <stdlib.h>

#include "adjacency.h"
#include "bootgraph.h"

struct contraction
{
  struct bootgraph const *graph ;
  struct adjacency a ;
  size_t *queue ;     /* has room for each node twice */
  size_t *near ;      /* per node: the last one, plus 1, that waits for it, directly or by way of steps; 0: none does */
  size_t *below ;     /* the same of one that waits for what waits for it */
} ;

static int is_kind (struct contraction const *c, size_t i, enum bootgraph_kind kind)
{
  return bootgraph_node(c->graph, i)->kind == kind ;
}

/* Appends what the node waits for: first directly, then by way of steps. Stores in *ret_direct how much it waits for directly. */
static int append_near (struct contraction *c, size_t node, genalloc *ret, size_t *ret_direct)
{
  size_t start = genalloc_len(struct bootgraph_edge, ret), head = 0, tail = 1, i ;
  c->queue[0] = node ;
  for (; head < tail ; head++)
  {
    for (i = c->a.first[c->queue[head]] ; i < c->a.first[c->queue[head] + 1] ; i++)
    {
      struct bootgraph_edge const e = { .node = node, .dependency = c->a.to[i] } ;
      if (c->near[e.dependency] == node + 1) continue ;
      c->near[e.dependency] = node + 1 ;
      if (!is_kind(c, e.dependency, BOOTGRAPH_STEP)) { if (!genalloc_append(struct bootgraph_edge, ret, &e)) return -1 ; }
      /* what a bundle waits for is no part of it */
      else if (!is_kind(c, node, BOOTGRAPH_BUNDLE)) c->queue[tail++] = e.dependency ;
    }
    if (!head) *ret_direct = genalloc_len(struct bootgraph_edge, ret) - start ;
  }
  return 0 ;
}

/* Marks all that what the node waits for, the n edges, waits for. */
static void mark_below (struct contraction *c, size_t node, struct bootgraph_edge const *edges, size_t n)
{
  size_t head = 0, tail = 0, i ;
  for (; tail < n ; tail++) c->queue[tail] = edges[tail].dependency ;
  for (; head < tail ; head++)
    for (i = c->a.first[c->queue[head]] ; i < c->a.first[c->queue[head] + 1] ; i++)
    {
      size_t d = c->a.to[i] ;
      if (c->below[d] == node + 1) continue ;
      c->below[d] = node + 1 ;
      c->queue[tail++] = d ;
    }
}

static int contract_node (struct contraction *c, size_t node, genalloc *ret)
{
  size_t start = genalloc_len(struct bootgraph_edge, ret), i, n, kept ;
  struct bootgraph_edge *edges ;
  if (append_near(c, node, ret, &kept) == -1) return -1 ;
  edges = genalloc_s(struct bootgraph_edge, ret) + start ;
  n = genalloc_len(struct bootgraph_edge, ret) - start ;
  if (n == kept) return 0 ;
  mark_below(c, node, edges, n) ;
  for (i = kept ; i < n ; i++) if (c->below[edges[i].dependency] != node + 1) edges[kept++] = edges[i] ;
  genalloc_setlen(struct bootgraph_edge, ret, start + kept) ;
  return 0 ;
}

int bootgraph_contract (struct bootgraph const *g, genalloc *ret)
{
  size_t n = bootgraph_size(g), i = 0 ;
  struct contraction c =
  {
    .graph = g, .a = ADJACENCY_ZERO,
    .queue = calloc(2 * n + 1, sizeof *c.queue), .near = calloc(n + 1, sizeof *c.near), .below = calloc(n + 1, sizeof *c.below)
  } ;
  int r = c.queue && c.near && c.below ? adjacency_index(&c.a, g, 0) : -1 ;
  for (; !r && i < n ; i++) if (!is_kind(&c, i, BOOTGRAPH_STEP)) r = contract_node(&c, i, ret) ;
  adjacency_free(&c.a) ;
  free(c.queue) ;
  free(c.near) ;
  free(c.below) ;
  return r ;
}
