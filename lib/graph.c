/* ISC license. */

#include <errno.h>
#include <string.h>

#include "graph.h"

struct edge { size_t dependent, next ; } ;

struct graph_node *graph_node (struct graph const *g, size_t i)
{
  return genalloc_s(struct graph_node, &g->nodes) + i ;
}

static struct edge *edge (struct graph const *g, size_t i)
{
  return genalloc_s(struct edge, &g->edges) + i ;
}

size_t graph_size (struct graph const *g)
{
  return genalloc_len(struct graph_node, &g->nodes) ;
}

size_t graph_add (struct graph *g, char const *name)
{
  struct graph_node n = { .name = name, .state = GRAPH_WAITING, .pending = 0, .first_edge = GRAPH_NONE, .next = GRAPH_NONE } ;
  size_t i = graph_size(g) ;
  if (!genalloc_append(struct graph_node, &g->nodes, &n)) return GRAPH_NONE ;
  g->unsettled++ ;
  return i ;
}

size_t graph_find (struct graph const *g, char const *name)
{
  size_t i = 0 ;
  for (; i < graph_size(g) ; i++) if (!strcmp(graph_node(g, i)->name, name)) return i ;
  return GRAPH_NONE ;
}

/* Blocked nodes are chained through next, which only the queue uses otherwise and they never enter: no recursion,
   whatever the depth. */
static void block_dependents (struct graph *g, size_t i)
{
  size_t last = i ;
  graph_node(g, i)->next = GRAPH_NONE ;
  for (; i != GRAPH_NONE ; i = graph_node(g, i)->next)
  {
    size_t e = graph_node(g, i)->first_edge ;
    for (; e != GRAPH_NONE ; e = edge(g, e)->next)
    {
      size_t d = edge(g, e)->dependent ;
      if (graph_node(g, d)->state != GRAPH_WAITING) continue ;
      graph_node(g, d)->state = GRAPH_BLOCKED ;
      graph_node(g, d)->next = GRAPH_NONE ;
      g->unsettled-- ;
      graph_node(g, last)->next = d ;
      last = d ;
    }
  }
}

int graph_depend (struct graph *g, size_t node, size_t dependency)
{
  struct edge e = { .dependent = node, .next = graph_node(g, dependency)->first_edge } ;
  size_t i = genalloc_len(struct edge, &g->edges) ;
  switch (graph_node(g, dependency)->state)
  {
    case GRAPH_UP : return 0 ;
    case GRAPH_FAILED :
    case GRAPH_BLOCKED :
      if (graph_node(g, node)->state != GRAPH_WAITING) return 0 ;
      graph_node(g, node)->state = GRAPH_BLOCKED ;
      g->unsettled-- ;
      block_dependents(g, node) ;
      return 0 ;
    default : break ;
  }
  if (!genalloc_append(struct edge, &g->edges, &e)) return -1 ;
  graph_node(g, dependency)->first_edge = i ;
  graph_node(g, node)->pending++ ;
  return 0 ;
}

static void enqueue (struct graph *g, size_t i)
{
  graph_node(g, i)->state = GRAPH_READY ;
  graph_node(g, i)->next = GRAPH_NONE ;
  if (g->tail == GRAPH_NONE) g->head = i ;
  else graph_node(g, g->tail)->next = i ;
  g->tail = i ;
}

void graph_begin (struct graph *g)
{
  size_t i = 0 ;
  for (; i < graph_size(g) ; i++)
    if (graph_node(g, i)->state == GRAPH_WAITING && !graph_node(g, i)->pending) enqueue(g, i) ;
}

void graph_set_aside (struct graph *g, size_t i)
{
  if (graph_node(g, i)->state != GRAPH_BLOCKED) g->unsettled-- ;
  graph_node(g, i)->state = GRAPH_ASIDE ;
}

void graph_put_back (struct graph *g, size_t i)
{
  graph_node(g, i)->state = GRAPH_READY ;
  graph_node(g, i)->next = g->head ;
  g->head = i ;
  if (g->tail == GRAPH_NONE) g->tail = i ;
}

size_t graph_next (struct graph *g)
{
  size_t i = g->head ;
  if (i == GRAPH_NONE) return i ;
  g->head = graph_node(g, i)->next ;
  if (g->head == GRAPH_NONE) g->tail = GRAPH_NONE ;
  graph_node(g, i)->state = GRAPH_STARTED ;
  return i ;
}

void graph_settle (struct graph *g, size_t i, int ok)
{
  size_t e ;
  graph_node(g, i)->state = ok ? GRAPH_UP : GRAPH_FAILED ;
  g->unsettled-- ;
  if (!ok) { block_dependents(g, i) ; return ; }
  for (e = graph_node(g, i)->first_edge ; e != GRAPH_NONE ; e = edge(g, e)->next)
  {
    size_t d = edge(g, e)->dependent ;
    if (!--graph_node(g, d)->pending && graph_node(g, d)->state == GRAPH_WAITING) enqueue(g, d) ;
  }
}

void graph_free (struct graph *g)
{
  genalloc_free(struct graph_node, &g->nodes) ;
  genalloc_free(struct edge, &g->edges) ;
}
