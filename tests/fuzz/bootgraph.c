/* ISC license. */

/* Any file as the graph: no crash; what is read can be walked, and is the same when it is written and read again. */

#include <errno.h>

#include "fuzz.h"
#include "bootgraph.h"
#include "paths.h"

static void check_same (struct bootgraph const *a, struct bootgraph const *b)
{
  size_t i = 0 ;
  if (bootgraph_size(a) != bootgraph_size(b) || a->edges.len != b->edges.len) abort() ;
  if (a->edges.len && memcmp(a->edges.s, b->edges.s, a->edges.len)) abort() ;
  for (; i < bootgraph_size(a) ; i++)
  {
    struct bootgraph_node const *m = bootgraph_node(a, i), *n = bootgraph_node(b, i) ;
    if (strcmp(m->name, n->name) || strcmp(m->up, n->up) || strcmp(m->down, n->down)) abort() ;
    if (m->kind != n->kind || m->essential != n->essential || m->notifies != n->notifies) abort() ;
    if (m->timeout_up != n->timeout_up || m->timeout_down != n->timeout_down || m->timeout_kill != n->timeout_kill || m->legacy != n->legacy) abort() ;
  }
}

/* What a choice needs is closed: no edge leads out of it. */
static void check_close (struct bootgraph const *g, int dependents)
{
  struct bootgraph_edge const *e = genalloc_s(struct bootgraph_edge, &g->edges) ;
  char *marks = calloc(bootgraph_size(g) + 1, 1) ;
  size_t i = 0 ;
  if (!marks) abort() ;
  for (; i < bootgraph_size(g) ; i += 3) marks[i] = 1 ;
  if (bootgraph_close(g, marks, dependents) == -1) abort() ;
  for (i = 0 ; i < genalloc_len(struct bootgraph_edge, &g->edges) ; i++)
    if (dependents ? marks[e[i].dependency] && !marks[e[i].node] : marks[e[i].node] && !marks[e[i].dependency]) abort() ;
  free(marks) ;
}

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  struct bootgraph g = BOOTGRAPH_ZERO, h = BOOTGRAPH_ZERO ;
  int dir = fuzz_dir() ;
  mkdirat(dir, RUN_LIVE, 0700) ;
  fuzz_put(dir, RUN_BOOTGRAPH, s, len, 0600) ;
  if (bootgraph_read(&g, dir) == -1)
  {
    if (errno != EPROTO) abort() ;
  }
  else
  {
    if (bootgraph_write(&g, dir) == -1 || bootgraph_read(&h, dir) == -1) abort() ;
    check_same(&g, &h) ;
    check_close(&g, 0) ;
    check_close(&g, 1) ;
  }
  bootgraph_free(&g) ;
  bootgraph_free(&h) ;
  return 0 ;
}
