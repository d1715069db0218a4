/* ISC license. */

#include <stdlib.h>

#include "definitionnames.h"

/* A walk down the edges, without recursion: a chain may be as long as there are definitions. */

#define DONE ((size_t)-1)

struct frame
{
  size_t node ;
  size_t edge ;             /* the next one to follow */
  size_t below ;            /* of the frame where a reported cycle begins: what reported was before */
} ;

struct search
{
  struct definitionset const *set ;
  struct complaints *complaints ;
  struct frame *frames ;    /* from 1 on: the way to where the walk is */
  size_t depth ;
  size_t *depths ;          /* per node: its frame; 0: not visited; DONE: left for good */
  size_t reported ;         /* the deepest frame that is part of a reported cycle; 0: none */
} ;

/* The way from frame top down to the deepest, and back. */
static int report (struct search *s, size_t top)
{
  stralloc path = STRALLOC_ZERO ;
  size_t i = top ;
  int ok = 1 ;
  for (; ok && i <= s->depth ; i++)
    ok = stralloc_cats(&path, definitionset_node(s->set, s->frames[i].node)->name) && stralloc_cats(&path, " -> ") ;
  ok = ok && stralloc_cats(&path, definitionset_node(s->set, s->frames[top].node)->name) && stralloc_0(&path) ;
  if (ok) complaints_add(s->complaints, "a cycle of dependencies: ", path.s) ;
  stralloc_free(&path) ;
  s->frames[top].below = s->reported ;
  s->reported = s->depth ;
  return ok ? 0 : -1 ;
}

static void enter (struct search *s, size_t node)
{
  s->frames[++s->depth] = (struct frame){ .node = node, .edge = 0, .below = DONE } ;
  s->depths[node] = s->depth ;
}

static void leave (struct search *s)
{
  struct frame const *f = s->frames + s->depth ;
  s->depths[f->node] = DONE ;
  if (s->reported == s->depth) s->reported = f->below == DONE ? s->depth - 1 : f->below ;
  s->depth-- ;
}

static int walk_from (struct search *s, size_t node)
{
  enter(s, node) ;
  while (s->depth)
  {
    struct frame *f = s->frames + s->depth ;
    struct definition_node const *n = definitionset_node(s->set, f->node) ;
    size_t to ;
    if (f->edge == n->n) { leave(s) ; continue ; }
    to = definitionset_edge(s->set, n->first + f->edge++) ;
    if (!s->depths[to]) enter(s, to) ;
    /* a cycle that shares a frame with a reported one is of the same knot: each frame is printed once at most */
    else if (s->depths[to] != DONE && s->depths[to] > s->reported && report(s, s->depths[to]) == -1) return -1 ;
  }
  return 0 ;
}

int definitionset_check_cycles (struct definitionset const *set, struct complaints *c)
{
  size_t n = definitionset_size(set) ;
  size_t i = 0 ;
  struct search s = { .set = set, .complaints = c, .frames = calloc(n + 1, sizeof (struct frame)), .depths = calloc(n + 1, sizeof (size_t)) } ;
  int r = s.frames && s.depths ? 0 : -1 ;
  for (; !r && i < n ; i++) if (definitionset_node(set, i)->kind && !s.depths[i]) r = walk_from(&s, i) ;
  free(s.frames) ;
  free(s.depths) ;
  return r ;
}
