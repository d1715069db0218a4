/* ISC license. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include <skalibs/djbunix.h>

#include "clock.h"
#include "oneshot.h"
#include "processsignal.h"
#include "svevent.h"
#include "verbosity.h"
#include "walknodes.h"
#include "walkservices.h"

/* how soon to try again where there are too many processes, milliseconds */
#define CROWDED_TIME 500

/* Whatever has become of the longrun, the numbers are right again. */
static void count (struct walk *w, size_t node)
{
  struct walk_longrun *l = walk_longrun(w, node) ;
  struct service const *s = &l->service ;
  size_t unready = graph_node(&w->graph, node)->state == GRAPH_STARTED && service_has_started(s) ;
  size_t open = s->state != SERVICE_SUPERVISED && !service_is_settled(s) ;
  size_t troubled = !!service_is_troubled(s) ;
  w->unready += unready - l->unready ;
  w->open += open - l->open ;
  w->troubled += troubled - l->troubled ;
  l->unready = unready ;
  l->open = open ;
  l->troubled = troubled ;
}

/* Its supervisor goes on restarting it. To close the descriptor is not enough: a child that has not executed its program yet has it too,
   and the events would go on coming. */
static void unwatch (struct walk *w, struct service *s)
{
  if (s->eventfd == -1) return ;
  if (epoll_ctl(w->eventfd, EPOLL_CTL_DEL, s->eventfd, 0) == -1) say_warningsys("stop watching service ", s->name) ;
  fd_close(s->eventfd) ;
  s->eventfd = -1 ;
}

void walk_judge (struct walk *w, size_t node, enum service_verdict v)
{
  struct service *s = &walk_longrun(w, node)->service ;
  if (s->state == SERVICE_FAILED)
  {
    w->failed = 1 ;
    unwatch(w, s) ;
  }
  if ((s->state == SERVICE_FAILED || service_is_troubled(s)) && s->code) w->code = s->code ;
  walk_set_deadline(w, node, &s->deadline) ;
  if (v != VERDICT_NONE) walk_settle(w, node, v == VERDICT_UP) ;
  count(w, node) ;
}

void walk_start_longrun (struct walk *w, size_t node)
{
  struct walk_longrun *l = walk_longrun(w, node) ;
  if (l) walk_judge(w, node, service_start(w->boot, &l->service, w->hold)) ;
  else walk_settle(w, node, 0) ;
}

static void report_oneshot (struct walk *w, size_t node, char const *status, char const *why)
{
  char const *name = bootgraph_node(&w->record, node)->name ;
  say_trace("oneshot ", name, ": ", status, why[0] ? ": " : "", why) ;
  if (report_set(w->boot->report, REPORT_SERVICES, name, status, why, clock_ms()) == -1) say_warningsys("keep the boot report") ;
}

static void oneshot_done (struct walk *w, size_t node)
{
  report_oneshot(w, node, "up", "") ;
  walk_settle(w, node, 1) ;
}

static void oneshot_failed (struct walk *w, size_t node, int code, char const *why)
{
  say_warning("oneshot ", bootgraph_node(&w->record, node)->name, ": ", why) ;
  report_oneshot(w, node, "failed", why) ;
  w->failed = 1 ;
  w->code = code ;
  walk_settle(w, node, 0) ;
}

/* The next of ours that ends makes room; but what runs may be one that stays, and room is made by others too. */
static void wait_for_room (struct walk *w, size_t node)
{
  graph_put_back(&w->graph, node) ;
  w->crowded = 1 ;
  clock_deadline(&w->retry, CROWDED_TIME) ;
  if (w->crowd_said) return ;
  w->crowd_said = 1 ;
  say_warning("there are as many processes as there may be: some oneshots start later; raise --pids-limit") ;
}

void walk_start_oneshot (struct walk *w, size_t node)
{
  struct bootgraph_node const *n = bootgraph_node(&w->record, node) ;
  tain deadline = TAIN_INFINITE ;
  pid_t pid ;
  if (oneshot_spawn(w->boot->contenvfd, n->name, n->up, &pid) == -1)
  {
    if (errno == EAGAIN && w->programs.n) wait_for_room(w, node) ;
    else oneshot_failed(w, node, EXIT_SYSTEM, strerror(errno)) ;
    return ;
  }
  if (!pid) { oneshot_done(w, node) ; return ; }
  walk_oneshot(w, node)->pid = pid ;
  report_oneshot(w, node, "starting", "") ;
  if (n->timeout_up) clock_deadline(&deadline, n->timeout_up) ;
  walk_run_program(w, node, pid, &deadline) ;
}

void walk_oneshot_ended (struct walk *w, size_t node, int wstat)
{
  struct walk_oneshot *o = walk_oneshot(w, node) ;
  int code = svevent_exitcode(wstat) ;
  char why[64] ;
  o->pid = 0 ;
  if (!code) { oneshot_done(w, node) ; return ; }
  if (o->end)
  {
    /* by the stop, or for having taken too long, which has been said */
    report_oneshot(w, node, "failed", o->end) ;
    w->failed = 1 ;
    walk_settle(w, node, 0) ;
    return ;
  }
  if (o->timed_out) snprintf(why, sizeof why, "killed: not done within its timeout-up") ;
  else snprintf(why, sizeof why, "its up script exited %d", code) ;
  oneshot_failed(w, node, code, why) ;
}

void walk_end_oneshot (struct walk *w, size_t node, unsigned int ms, char const *why)
{
  struct walk_oneshot *o = walk_oneshot(w, node) ;
  tain deadline ;
  o->end = why ;
  processsignal_end(o->pid, 1) ;
  clock_deadline(&deadline, ms) ;
  walk_set_deadline(w, node, &deadline) ;
}

void walk_oneshot_late (struct walk *w, size_t node)
{
  walk_oneshot(w, node)->timed_out = 1 ;
  processsignal_send(walk_oneshot(w, node)->pid, 1, SIGKILL) ;
}
