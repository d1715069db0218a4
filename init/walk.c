/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "clock.h"
#include "contenv.h"
#include "fstree.h"
#include "paths.h"
#include "rc.h"
#include "stages.h"
#include "walk.h"

#define SERVICES_READYTIME "S6_SERVICES_READYTIME"
#define SERVICES_READYTIME_DEFAULT 1000
#define ANCHOR "legacy-services"   /* services hang below this row */

static void load_stages (struct walk *w)
{
  size_t i = 0 ;
  for (; i < stage_table_len ; i++)
    if (graph_add(&w->graph, stage_table[i].name) == GRAPH_NONE) rc_die(w->boot, "build the boot graph") ;
  for (i = 0 ; i < stage_table_len ; i++)
  {
    char const *const *after = stage_table[i].after ;
    size_t j = 0 ;
    for (; j < sizeof stage_table[i].after / sizeof stage_table[i].after[0] && after[j] ; j++)
    {
      size_t d = graph_find(&w->graph, after[j]) ;
      if (d == GRAPH_NONE || graph_depend(&w->graph, i, d) == -1) rc_die(w->boot, "build the boot graph") ;
    }
  }
}

static void load_service (struct walk *w, int parentfd, char const *name, size_t anchor)
{
  struct boot const *b = w->boot ;
  char src[sizeof ROOT_SERVICES + NAME_MAX + 2] ;
  struct service s ;
  char *copy ;   /* the graph and the service keep it */
  int r ;
  int fd = openat(parentfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1)
  {
    if (errno == ENOTDIR) return ;
    strerr_warnwusys("open service ", name) ;
    w->failed = 1 ;
    return ;
  }
  snprintf(src, sizeof src, "/" ROOT_SERVICES "/%s", name) ;
  copy = strdup(name) ;
  if (!copy) rc_die(w->boot, "build the boot graph") ;
  r = service_make(b, copy, fd, src, &s) ;
  fd_close(fd) ;
  if (r == -1) { free(copy) ; w->failed = 1 ; return ; }
  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): copy lives in the graph and in the array, which the analyzer does not see */
  s.node = graph_add(&w->graph, copy) ;
  if (s.node == GRAPH_NONE || graph_depend(&w->graph, s.node, anchor) == -1 || !genalloc_append(struct service, &w->services, &s))
    rc_die(w->boot, "build the boot graph") ;
  if (service_supervise(b, &s) == -1)
  {
    strerr_warnwusys("link service ", name, " into the scandir") ;
    w->failed = 1 ;
  }
}

static void load_services (struct walk *w)
{
  size_t anchor = graph_find(&w->graph, ANCHOR) ;
  struct dirent **entries ;
  int i = 0, n ;
  int fd = openat(w->boot->rootfd, ROOT_SERVICES, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1)
  {
    if (errno != ENOENT) { strerr_warnwusys("open /" ROOT_SERVICES) ; w->failed = 1 ; }
    return ;
  }
  n = fstree_scan(fd, ".", &entries) ;
  if (n == -1) { strerr_warnwusys("read /" ROOT_SERVICES) ; w->failed = 1 ; }
  for (; i < n ; i++)
  {
    load_service(w, fd, entries[i]->d_name, anchor) ;
    free(entries[i]) ;
  }
  if (n >= 0) free(entries) ;
  fd_close(fd) ;
}

static struct service *service (struct walk const *w, size_t i)
{
  return genalloc_s(struct service, &w->services) + i ;
}

size_t walk_services_len (struct walk const *w)
{
  return genalloc_len(struct service, &w->services) ;
}

static void judge (struct walk *w, struct service const *s, enum service_verdict v)
{
  if (s->state == SERVICE_FAILED)
  {
    w->failed = 1 ;
    if (s->code) w->code = s->code ;
  }
  if (v != VERDICT_NONE) graph_settle(&w->graph, s->node, v == VERDICT_UP) ;
}

/* Starts all that is ready, as long as anything becomes so. */
void walk_advance (struct walk *w)
{
  size_t i ;
  while (!w->missing && (i = graph_next(&w->graph)) != GRAPH_NONE)
  {
    if (i >= stage_table_len)
    {
      /* services stand in the graph in the order of their array */
      struct service *s = service(w, i - stage_table_len) ;
      judge(w, s, service_start(w->boot, s)) ;
    }
    else
    {
      enum stage_result r = stage_run(w->boot, stage_table + i) ;
      if (r != STAGE_OK) w->failed = 1 ;
      if (r == STAGE_MISSING) w->missing = 1 ;
      graph_settle(&w->graph, i, r == STAGE_OK) ;
    }
  }
}

void walk_report_blocked (struct walk *w)
{
  size_t i = 0 ;
  for (; i < graph_size(&w->graph) ; i++)
  {
    struct graph_node const *n = graph_node(&w->graph, i) ;
    if (n->state != GRAPH_BLOCKED) continue ;
    w->failed = 1 ;
    if (report_set(w->boot->report, i < stage_table_len ? REPORT_STAGES : REPORT_SERVICES, n->name, "blocked", "a dependency failed", clock_ms()) == -1)
      strerr_warnwusys("keep the boot report") ;
  }
}

/* Nothing more is to be waited for: every node is settled, every service has held or failed. */
int walk_is_over (struct walk const *w)
{
  size_t i = 0 ;
  if (w->missing) return 1 ;
  if (w->graph.unsettled) return 0 ;
  for (; i < walk_services_len(w) ; i++)
  {
    struct service const *s = service(w, i) ;
    if (graph_node(&w->graph, s->node)->state != GRAPH_BLOCKED && !service_is_settled(s)) return 0 ;
  }
  return 1 ;
}


void walk_load (struct walk *w, struct boot const *b)
{
  w->boot = b ;
  w->hold = contenv_milliseconds(b->contenvfd, SERVICES_READYTIME, SERVICES_READYTIME_DEFAULT) ;
  load_stages(w) ;
  load_services(w) ;
  graph_begin(&w->graph) ;
}

void walk_watch (struct walk const *w, iopause_fd *x, tain *deadline)
{
  size_t i = 0 ;
  for (; i < walk_services_len(w) ; i++)
  {
    struct service const *s = service(w, i) ;
    x[i].fd = s->eventfd ;
    x[i].events = IOPAUSE_READ ;
    if (tain_less(&s->deadline, deadline)) *deadline = s->deadline ;
  }
}

void walk_handle (struct walk *w, iopause_fd const *x)
{
  size_t i = 0 ;
  for (; i < walk_services_len(w) ; i++)
  {
    struct service *s = service(w, i) ;
    if (x[i].fd >= 0 && x[i].revents & (IOPAUSE_READ | IOPAUSE_EXCEPT)) judge(w, s, service_event(w->boot, s, w->hold)) ;
    if (!tain_future(&s->deadline)) judge(w, s, service_timeout(w->boot, s)) ;
  }
}
