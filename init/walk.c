/* ISC license. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "contenv.h"
#include "definitions.h"
#include "rc.h"
#include "scandir.h"
#include "stages.h"
#include "variables.h"
#include "verbosity.h"
#include "walk.h"

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

void walk_definition_failed (struct walk *w)
{
  w->failed = 1 ;
}

void walk_add_service (struct walk *w, char const *name, int srcfd, char const *src, size_t anchor)
{
  struct service s ;
  char *copy = strdup(name) ;   /* the graph and the service keep it */
  if (!copy) rc_die(w->boot, "build the boot graph") ;
  if (service_make(w->boot, copy, srcfd, src, &s) == -1)
  {
    free(copy) ;
    w->failed = 1 ;
    return ;
  }
  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): copy lives in the graph and in the array, which the analyzer does not see */
  s.node = graph_add(&w->graph, copy) ;
  if (s.node == GRAPH_NONE || graph_depend(&w->graph, s.node, anchor) == -1 || !genalloc_append(struct service, &w->services, &s))
    rc_die(w->boot, "build the boot graph") ;
  if (service_supervise(w->boot, &s) == -1)
  {
    say_warningsys("link service ", name, " into the scandir") ;
    w->failed = 1 ;
  }
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

/* New services are supervised from now on: s6-svscan is told, if it is there to be told. */
static void add_definitions (struct walk *w, struct stage_run const *run, size_t row)
{
  size_t before = walk_services_len(w) ;
  if (!strcmp(run->stage->name, STAGE_DEFINITIONS))
  {
    w->hold = contenv_milliseconds(w->boot->contenvfd, VAR_READYTIME, READYTIME_DEFAULT) ;
    definitions_load(w) ;
  }
  if (run->stage->service && run->asked) definitions_load_base(w, run->stage->service, row) ;
  if (walk_services_len(w) == before) return ;
  graph_begin(&w->graph) ;
  /* without a reader it makes its first scan later: see svscan_is_ready() */
  if (scandir_control(w->boot->runfd, "a", 1) == -1 && errno != ENXIO && errno != ENOENT)
    say_warningsys("make s6-svscan look for services") ;
}

static void stage_returned (struct walk *w, struct stage_run *run, enum stage_result r)
{
  size_t row = (size_t)(run->stage - stage_table) ;
  if (r == STAGE_RUNNING) { w->running++ ; return ; }
  if (r != STAGE_DONE)
  {
    w->failed = 1 ;
    if (run->script.exit_code) w->code = run->script.exit_code ;
    if (r == STAGE_FATAL) w->fatal = 1 ;
  }
  if (r == STAGE_DONE || r == STAGE_INCOMPLETE) add_definitions(w, run, row) ;
  graph_settle(&w->graph, row, r == STAGE_DONE || r == STAGE_INCOMPLETE) ;
}

void walk_advance (struct walk *w)
{
  size_t i ;
  while (!w->fatal && (i = graph_next(&w->graph)) != GRAPH_NONE)
  {
    if (i >= stage_table_len)
    {
      /* services stand in the graph in the order of their array */
      struct service *s = service(w, i - stage_table_len) ;
      judge(w, s, service_start(w->boot, s)) ;
    }
    else stage_returned(w, w->stages + i, stage_begin(w->boot, stage_table + i, w->stages + i)) ;
  }
}

void walk_child_ended (struct walk *w, pid_t pid, int wstat)
{
  size_t i = 0 ;
  for (; i < stage_table_len ; i++) if (w->stages[i].pid == pid) break ;
  if (i == stage_table_len) return ;
  w->running-- ;
  stage_returned(w, w->stages + i, stage_program_ended(w->boot, w->stages + i, wstat)) ;
}

void walk_programs_deadline (struct walk const *w, tain *deadline)
{
  size_t i = 0 ;
  if (w->running) for (; i < stage_table_len ; i++)
    if (w->stages[i].pid && tain_less(&w->stages[i].deadline, deadline)) *deadline = w->stages[i].deadline ;
}

void walk_programs_late (struct walk *w)
{
  size_t i = 0 ;
  if (w->running) for (; i < stage_table_len ; i++)
    if (w->stages[i].pid && !tain_future(&w->stages[i].deadline)) stage_program_late(w->stages + i) ;
}

void walk_stop_programs (struct walk *w, unsigned int ms, char const *why)
{
  size_t i = 0 ;
  if (w->running) for (; i < stage_table_len ; i++)
    if (w->stages[i].pid) stage_end(w->stages + i, ms, why) ;
}

void walk_give_up (struct walk *w, unsigned int grace)
{
  size_t i = 0 ;
  walk_stop_programs(w, grace, "has not ended within " VAR_CMD_WAIT_MAXTIME) ;
  for (; i < walk_services_len(w) ; i++)
  {
    struct service *s = service(w, i) ;
    enum graph_state state = graph_node(&w->graph, s->node)->state ;
    if (state == GRAPH_STARTED) judge(w, s, service_give_up(w->boot, s)) ;
  }
}

int walk_all_started (struct walk const *w)
{
  size_t i = 0 ;
  for (; i < graph_size(&w->graph) ; i++)
  {
    enum graph_state state = graph_node(&w->graph, i)->state ;
    if (state == GRAPH_WAITING || state == GRAPH_READY) return 0 ;
    if (state == GRAPH_STARTED && (i < stage_table_len || !service_has_started(service(w, i - stage_table_len)))) return 0 ;
  }
  return 1 ;
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
      say_warningsys("keep the boot report") ;
  }
}

/* Nothing more is to be waited for: every node is settled, every service has held or failed. */
int walk_is_over (struct walk const *w)
{
  size_t i = 0 ;
  if (w->fatal) return 1 ;
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
  w->stages = calloc(stage_table_len, sizeof *w->stages) ;
  if (!w->stages) rc_die(b, "build the boot graph") ;
  load_stages(w) ;
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

void walk_handle (struct walk *w, iopause_fd const *x, size_t n)
{
  size_t i = 0 ;
  for (; i < n ; i++)
  {
    struct service *s = service(w, i) ;
    if (x[i].fd >= 0 && x[i].revents & (IOPAUSE_READ | IOPAUSE_EXCEPT)) judge(w, s, service_event(w->boot, s, w->hold)) ;
    if (!tain_future(&s->deadline)) judge(w, s, service_timeout(w->boot, s)) ;
  }
}
