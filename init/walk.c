/* ISC license. */

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <skalibs/djbunix.h>

#include "clock.h"
#include "contenv.h"
#include "definitions.h"
#include "lockfile.h"
#include "paths.h"
#include "rc.h"
#include "variables.h"
#include "verbosity.h"
#include "walk.h"
#include "walknodes.h"
#include "walkservices.h"

/* events that are fetched at once */
#define EVENTS 64

static enum bootgraph_kind kind (struct walk const *w, size_t node)
{
  return bootgraph_node(&w->record, node)->kind ;
}

static int is_stage (struct walk const *w, size_t node)
{
  return kind(w, node) == BOOTGRAPH_STAGE || kind(w, node) == BOOTGRAPH_STEP ;
}

static void stage_returned (struct walk *w, size_t row, enum stage_result r)
{
  struct stage_run *run = w->stages + row ;
  int ok = r == STAGE_DONE || r == STAGE_INCOMPLETE ;
  if (r == STAGE_RUNNING) { walk_run_program(w, row, run->pid, &run->deadline) ; return ; }
  if (r != STAGE_DONE)
  {
    w->failed = 1 ;
    if (run->script.exit_code) w->code = run->script.exit_code ;
    if (r == STAGE_FATAL) w->fatal = 1 ;
  }
  if (ok && !strcmp(run->stage->name, STAGE_DEFINITIONS))
  {
    w->hold = contenv_milliseconds(w->boot->contenvfd, VAR_READYTIME, READYTIME_DEFAULT) ;
    ok = definitions_load(w) == 0 ;
    if (!ok) w->failed = w->fatal = 1 ;
  }
  /* the row becomes the service it was asked for */
  if (ok && run->stage->service && run->asked)
  {
    definitions_load_base(w, row, run->stage->service) ;
    walk_start_longrun(w, row) ;
  }
  else walk_settle(w, row, ok) ;
}

static void start_stage (struct walk *w, size_t row)
{
  struct stage const *s = stage_table + row ;
  if (walk_is_replaced(w, row))
  {
    stage_replaced(w->boot, s) ;
    walk_settle(w, row, 1) ;
  }
  else stage_returned(w, row, stage_begin(w->boot, s, w->stages + row)) ;
}

static void report_blocked (struct walk *w, size_t node, char const *why)
{
  enum report_section section = is_stage(w, node) ? REPORT_STAGES : REPORT_SERVICES ;
  w->failed = 1 ;
  if (report_set(w->boot->report, section, graph_node(&w->graph, node)->name, "blocked", why, clock_ms()) == -1)
    say_warningsys("keep the boot report") ;
}

static void start (struct walk *w, size_t node)
{
  if (w->given_up)
  {
    report_blocked(w, node, "not begun within " VAR_CMD_WAIT_MAXTIME) ;
    walk_settle(w, node, 0) ;
    return ;
  }
  switch (kind(w, node))
  {
    case BOOTGRAPH_STAGE :
    case BOOTGRAPH_STEP : start_stage(w, node) ; break ;
    case BOOTGRAPH_ONESHOT : walk_start_oneshot(w, node) ; break ;
    case BOOTGRAPH_LONGRUN : walk_start_longrun(w, node) ; break ;
    default : walk_settle(w, node, 1) ;
  }
}

void walk_advance (struct walk *w)
{
  size_t i ;
  while (!w->fatal && !w->crowded && (i = graph_next(&w->graph)) != GRAPH_NONE) start(w, i) ;
  walk_record(w) ;
}

void walk_child_ended (struct walk *w, pid_t pid, int wstat)
{
  size_t node = processtable_take(&w->programs, pid) ;
  if (node == PROCESSTABLE_NONE) return ;
  w->crowded = 0 ;
  deadlines_clear(&w->deadlines, node) ;
  if (is_stage(w, node)) stage_returned(w, node, stage_program_ended(w->boot, w->stages + node, wstat)) ;
  else walk_oneshot_ended(w, node, wstat) ;
}

void walk_lower_deadline (struct walk const *w, tain *deadline)
{
  deadlines_lower(&w->deadlines, deadline) ;
  if (!w->stopping && tain_less(&w->retry, deadline)) *deadline = w->retry ;
}

void walk_late (struct walk *w)
{
  size_t node ;
  if (!tain_future(&w->retry))
  {
    w->retry = tain_infinite ;
    w->crowded = 0 ;
  }
  while ((node = deadlines_take(&w->deadlines, &STAMP)) != DEADLINES_NONE)
  {
    if (is_stage(w, node)) stage_program_late(w->stages + node) ;
    else if (kind(w, node) == BOOTGRAPH_ONESHOT) walk_oneshot_late(w, node) ;
    else if (!w->stopping) walk_judge(w, node, service_timeout(w->boot, &walk_longrun(w, node)->service)) ;
  }
}

void walk_events (struct walk *w)
{
  struct epoll_event e[EVENTS] ;
  int n = epoll_wait(w->eventfd, e, EVENTS, 0) ;
  int i = 0 ;
  for (; i < n ; i++)
  {
    size_t node = (size_t)e[i].data.u64 ;
    walk_judge(w, node, service_event(w->boot, &walk_longrun(w, node)->service, w->hold)) ;
  }
}

/* Tells all programs to end; they then fail, for the reason why. */
static void end_programs (struct walk *w, unsigned int ms, char const *why)
{
  size_t i = 0 ;
  if (w->programs.n) for (; i < graph_size(&w->graph) ; i++)
  {
    if (is_stage(w, i) && w->stages[i].pid)
    {
      stage_end(w->stages + i, ms, why) ;
      walk_set_deadline(w, i, &w->stages[i].deadline) ;
    }
    else if (kind(w, i) == BOOTGRAPH_ONESHOT && walk_oneshot(w, i)->pid) walk_end_oneshot(w, i, ms, why) ;
  }
}

void walk_stop (struct walk *w, unsigned int grace)
{
  w->stopping = 1 ;
  end_programs(w, grace, "ended by the stop") ;
}

void walk_give_up (struct walk *w, unsigned int grace)
{
  size_t i = 0 ;
  w->given_up = 1 ;
  end_programs(w, grace, "has not ended within " VAR_CMD_WAIT_MAXTIME) ;
  for (; i < graph_size(&w->graph) ; i++)
    if (kind(w, i) == BOOTGRAPH_LONGRUN && graph_node(&w->graph, i)->state == GRAPH_STARTED)
      walk_judge(w, i, service_give_up(w->boot, &walk_longrun(w, i)->service)) ;
}

int walk_all_started (struct walk const *w)
{
  return w->graph.unsettled == w->unready ;
}

int walk_is_over (struct walk const *w)
{
  return w->fatal || (!w->graph.unsettled && !w->open) ;
}

int walk_is_replaced (struct walk const *w, size_t row)
{
  char const *of = stage_table[row].of ;
  return !is_stage(w, of && *of ? stage_find(of) : row) ;
}

void walk_report_blocked (struct walk *w)
{
  size_t i = 0 ;
  for (; i < graph_size(&w->graph) ; i++)
    if (graph_node(&w->graph, i)->state == GRAPH_BLOCKED) report_blocked(w, i, "a dependency failed") ;
}

void walk_conclude (struct walk *w)
{
  walk_report_blocked(w) ;
  fd_close(w->lockfd) ;
}

static void load_stages (struct walk *w)
{
  size_t i = 0 ;
  int early = 1 ;
  for (; i < stage_table_len ; i++)
  {
    struct stage const *s = stage_table + i ;
    struct bootgraph_node n = { .name = s->name, .kind = s->of ? BOOTGRAPH_STEP : BOOTGRAPH_STAGE, .up = "", .down = "" } ;
    size_t node = walk_add(w, &n) ;
    /* the others wait for the definitions, which say what they depend on */
    if (early) definitions_depend(w, node) ;
    else walk_depend(w, node, stage_find(STAGE_DEFINITIONS)) ;
    if (!strcmp(s->name, STAGE_DEFINITIONS)) early = 0 ;
  }
}

void walk_load (struct walk *w, struct boot const *b)
{
  w->boot = b ;
  w->stages = calloc(stage_table_len, sizeof *w->stages) ;
  if (!w->stages) rc_die(b, "build the boot graph") ;
  w->lockfd = lockfile_take(b->runfd, RUN_LIVE_LOCK) ;
  if (w->lockfd == -1) say_warningsys("lock " PATH_RUN "/" RUN_LIVE_LOCK) ;
  load_stages(w) ;
  graph_begin(&w->graph) ;
}
