/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <skalibs/djbunix.h>

#include "graphview.h"
#include "paths.h"
#include "reportrows.h"
#include "svevent.h"

/* A graph and its states are two files: how often to look when they do not fit each other, because the boot adds nodes just then. */
#define TRIES 5

/* Returns the states of the graph's nodes, to be freed, or 0. */
static char *read_states (int runfd, size_t n)
{
  char *s = malloc(n + 1) ;
  int fd = s ? bootgraph_state_open(runfd, n) : -1 ;
  int r = fd == -1 ? -1 : bootgraph_state_read(fd, s, n) ;
  int e = errno ;
  if (fd >= 0) fd_close(fd) ;
  if (r == 0) return s ;
  free(s) ;
  errno = e ;
  return 0 ;
}

static char *read_graph (struct bootgraph *g, int runfd)
{
  char *states = 0 ;
  unsigned int i = 0 ;
  do
  {
    bootgraph_free(g) ;
    *g = (struct bootgraph)BOOTGRAPH_ZERO ;
    if (bootgraph_read(g, runfd) == -1) return 0 ;
    states = read_states(runfd, bootgraph_size(g)) ;
  }
  while (!states && errno == EPROTO && ++i < TRIES) ;
  return states ;
}

/* Returns whether the supervisor's word is to be had. It is for its own user and root alone. */
static int ask_supervisor (int runfd, char const *name, s6_svstatus_t *ret)
{
  char path[sizeof RUN_SCANDIR + NAME_MAX + 1] ;
  int fd, r ;
  if (snprintf(path, sizeof path, RUN_SCANDIR "/%s", name) >= (int)sizeof path) return 0 ;
  fd = openat(runfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return 0 ;
  r = svevent_status(fd, ret) ;
  fd_close(fd) ;
  return r == 0 ;
}

/* What the boot has left of a node that is not up. */
static enum graphview_state not_up (struct reportrow const *row, int booting)
{
  if (row && reportrow_is(row, "failed")) return GRAPHVIEW_FAILED ;
  if (row && reportrow_is(row, "blocked")) return GRAPHVIEW_BLOCKED ;
  if (row && reportrow_is(row, "starting")) return GRAPHVIEW_STARTING ;
  return booting && !(row && reportrow_is(row, "down")) ? GRAPHVIEW_WAITING : GRAPHVIEW_DOWN ;
}

/* A longrun: what its supervisor says counts for more than what the boot or s6-rc has done last. */
static enum graphview_state longrun_state (struct bootgraph_node const *n, s6_svstatus_t const *st, int up, enum graphview_state otherwise)
{
  int runs = st->pid && !st->flagfinishing ;
  if (runs && (n->notifies ? st->flagready : up)) return GRAPHVIEW_UP ;
  if (!up && otherwise != GRAPHVIEW_DOWN && otherwise != GRAPHVIEW_WAITING) return otherwise ;
  return runs || (up && st->flagwantup) ? GRAPHVIEW_STARTING : otherwise ;
}

static enum graphview_state judge (struct bootgraph_node const *n, int runfd, int up, struct reportrow const *row, int booting)
{
  s6_svstatus_t st ;
  if (n->kind == BOOTGRAPH_LONGRUN && ask_supervisor(runfd, n->name, &st)) return longrun_state(n, &st, up, not_up(row, booting)) ;
  return up ? GRAPHVIEW_UP : not_up(row, booting) ;
}

/* Bundles have no state of their own: one is up when all in it is. */
static int judge_bundles (struct graphview *v, int booting)
{
  struct bootgraph_edge const *edges = genalloc_s(struct bootgraph_edge, &v->edges) ;
  struct bootgraph contents = { .nodes = v->graph.nodes, .edges = GENALLOC_ZERO, .text = STRALLOC_ZERO } ;
  size_t n = bootgraph_size(&v->graph), m = genalloc_len(struct bootgraph_edge, &v->edges), i = 0 ;
  char *lacking = calloc(n + 1, 1) ;
  int r = lacking ? 0 : -1 ;
  for (; !r && i < m ; i++)
    if (bootgraph_node(&v->graph, edges[i].node)->kind == BOOTGRAPH_BUNDLE) r = bootgraph_add_edge(&contents, edges[i].node, edges[i].dependency) ;
  for (i = 0 ; !r && i < n ; i++) lacking[i] = bootgraph_node(&v->graph, i)->kind != BOOTGRAPH_BUNDLE && v->nodes[i].state != GRAPHVIEW_UP ;
  if (!r) r = bootgraph_close(&contents, lacking, 1) ;
  for (i = 0 ; !r && i < n ; i++) if (bootgraph_node(&v->graph, i)->kind == BOOTGRAPH_BUNDLE)
  {
    struct graphview_node *b = v->nodes + i ;
    if (!lacking[i]) { if (b->n) b->state = GRAPHVIEW_UP ; }
    else if (b->state == GRAPHVIEW_UP) b->state = booting ? GRAPHVIEW_WAITING : GRAPHVIEW_DOWN ;
  }
  free(lacking) ;
  genalloc_free(struct bootgraph_edge, &contents.edges) ;
  return r ;
}

static int fill_in (struct graphview *v, int runfd, char const *states, struct reportrows const *rows)
{
  size_t i = 0, e = 0, m ;
  struct bootgraph_edge const *edges ;
  if (bootgraph_contract(&v->graph, &v->edges) == -1) return -1 ;
  edges = genalloc_s(struct bootgraph_edge, &v->edges) ;
  m = genalloc_len(struct bootgraph_edge, &v->edges) ;
  for (; i < bootgraph_size(&v->graph) ; i++)
  {
    struct bootgraph_node const *n = bootgraph_node(&v->graph, i) ;
    struct graphview_node *new = v->nodes + i ;
    struct reportrow const *row = 0 ;
    if (n->kind == BOOTGRAPH_STEP) continue ;
    if (reportrows_find(rows, n->kind == BOOTGRAPH_STAGE ? REPORT_STAGES : REPORT_SERVICES, n->name, &row) == -1) return -1 ;
    new->state = judge(n, runfd, states[i] == BOOTGRAPH_UP, row, rows->booting) ;
    if (row) { new->timed = 1 ; new->ms = row->ms ; }
    for (new->first = e ; e < m && edges[e].node == i ; e++) new->n++ ;
  }
  return judge_bundles(v, rows->booting) ;
}

int graphview_read (struct graphview *v, int runfd, char const *report, size_t len)
{
  struct reportrows rows = REPORTROWS_ZERO ;
  char *states = read_graph(&v->graph, runfd) ;
  int r = -1 ;
  if (!states) return -1 ;
  v->nodes = calloc(bootgraph_size(&v->graph) + 1, sizeof *v->nodes) ;
  if (v->nodes && reportrows_read(&rows, report, len) == 0) r = fill_in(v, runfd, states, &rows) ;
  reportrows_free(&rows) ;
  free(states) ;
  return r ;
}

void graphview_free (struct graphview *v)
{
  bootgraph_free(&v->graph) ;
  free(v->nodes) ;
  genalloc_free(struct bootgraph_edge, &v->edges) ;
}
