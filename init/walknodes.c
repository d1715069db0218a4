/* ISC license. */

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include <skalibs/djbunix.h>

#include "clock.h"
#include "fatal.h"
#include "paths.h"
#include "rc.h"
#include "remedies.h"
#include "room.h"
#include "verbosity.h"
#include "walknodes.h"

#define NOWHERE ((size_t)-1)

/* files and blocks that a service takes in /run when it is made, its supervisor, which starts later, and what of the boot's own may still be to come */
#define SERVICE_FILES 5
#define SUPERVISOR_FILES 8
#define SUPERVISOR_BLOCKS 2
#define BOOT_FILES 6
#define BOOT_BLOCKS 4

static void die (struct walk const *w) gccattr_noreturn ;
static void die (struct walk const *w)
{
  rc_die(w->boot, "build the boot graph") ;
}

static size_t *place (struct walk const *w, size_t node)
{
  return genalloc_s(size_t, &w->places) + node ;
}

struct walk_longrun *walk_longrun (struct walk const *w, size_t node)
{
  size_t i = *place(w, node) ;
  return i == NOWHERE ? 0 : genalloc_s(struct walk_longrun, &w->longruns) + i ;
}

struct walk_oneshot *walk_oneshot (struct walk const *w, size_t node)
{
  return genalloc_s(struct walk_oneshot, &w->oneshots) + *place(w, node) ;
}

/* Gives the node what its kind needs. */
static void settle_in (struct walk *w, size_t node)
{
  struct walk_oneshot o = { .pid = 0 } ;
  w->unrecorded = 1 ;
  if (bootgraph_node(&w->record, node)->kind != BOOTGRAPH_ONESHOT) return ;
  *place(w, node) = genalloc_len(struct walk_oneshot, &w->oneshots) ;
  if (!genalloc_append(struct walk_oneshot, &w->oneshots, &o)) die(w) ;
}

size_t walk_add (struct walk *w, struct bootgraph_node const *n)
{
  size_t nowhere = NOWHERE ;
  size_t i = graph_add(&w->graph, n->name) ;
  if (i == GRAPH_NONE || bootgraph_add(&w->record, n) == -1 || !genalloc_append(size_t, &w->places, &nowhere)) die(w) ;
  settle_in(w, i) ;
  return i ;
}

void walk_become (struct walk *w, size_t node, struct bootgraph_node const *n)
{
  *bootgraph_node(&w->record, node) = *n ;
  settle_in(w, node) ;
}

void walk_replace (struct walk *w, size_t row, struct bootgraph_node const *n)
{
  walk_become(w, row, n) ;
  /* to fill one of the bundles is no news */
  if (n->kind != BOOTGRAPH_BUNDLE) stage_replaced(w->boot, stage_table + row) ;
}

void walk_depend (struct walk *w, size_t node, size_t dependency)
{
  if (graph_depend(&w->graph, node, dependency) == -1 || bootgraph_add_edge(&w->record, node, dependency) == -1) die(w) ;
}

/* Services that find /run full halfway would leave a boot of half of them, and supervisors that fail again and again. */
static int has_room (struct walk *w)
{
  size_t supervisors = genalloc_len(struct walk_longrun, &w->longruns) + 1 ;
  if (room_for(w->boot->runfd, BOOT_FILES + SERVICE_FILES + supervisors * SUPERVISOR_FILES, BOOT_BLOCKS + supervisors * SUPERVISOR_BLOCKS)) return 1 ;
  if (!w->fatal) fatal_say(ENOSPC, "unable to make the services in " PATH_RUN, "", REMEDY_RUN_SPACE) ;
  w->failed = w->fatal = 1 ;
  return 0 ;
}

void walk_supervise (struct walk *w, size_t node, struct service_source const *source)
{
  struct walk_longrun l = { .unready = 0, .open = 0, .troubled = 0 } ;
  struct epoll_event e = { .events = EPOLLIN, .data = { .u64 = node } } ;
  if (!has_room(w)) return ;
  if (service_make(w->boot, source, &l.service) == -1)
  {
    w->failed = 1 ;
    return ;
  }
  *place(w, node) = genalloc_len(struct walk_longrun, &w->longruns) ;
  if (!genalloc_append(struct walk_longrun, &w->longruns, &l)) die(w) ;
  if (w->eventfd == -1) w->eventfd = epoll_create1(EPOLL_CLOEXEC) ;
  if (w->eventfd == -1 || epoll_ctl(w->eventfd, EPOLL_CTL_ADD, l.service.eventfd, &e) == -1) rc_die(w->boot, "watch the services") ;
}

void walk_set_aside (struct walk *w, size_t node)
{
  struct bootgraph_node const *n = bootgraph_node(&w->record, node) ;
  graph_set_aside(&w->graph, node) ;
  if (n->kind == BOOTGRAPH_BUNDLE) return ;
  if (report_set(w->boot->report, REPORT_SERVICES, n->name, "down", "no bundle selects it", clock_ms()) == -1)
    say_warningsys("keep the boot report") ;
}

void walk_definition_failed (struct walk *w)
{
  w->failed = 1 ;
}

static void record_up (struct walk *w, size_t node)
{
  if (w->statefd >= 0 && bootgraph_state_set(w->statefd, node, BOOTGRAPH_UP) == -1) say_warningsys("write what is up for the stop") ;
}

/* Makes the file of the states, which is as long as there are nodes. Returns whether it could. */
static int make_states (struct walk *w, size_t n)
{
  size_t i = 0 ;
  if (w->statefd >= 0) fd_close(w->statefd) ;
  w->statefd = bootgraph_state_make(w->boot->runfd, n) ;
  if (w->statefd == -1) { say_warningsys("write what is up for the stop") ; return 0 ; }
  w->recorded = n ;
  for (; i < n ; i++) if (graph_node(&w->graph, i)->state == GRAPH_UP) record_up(w, i) ;
  return 1 ;
}

void walk_record (struct walk *w)
{
  size_t n = bootgraph_size(&w->record) ;
  if (!w->unrecorded) return ;
  w->unrecorded = 0 ;
  /* a program that runs before the definitions are read makes this the second time */
  if (w->recorded != n && !make_states(w, n)) return ;
  /* the states first: whoever finds the graph finds them */
  if (bootgraph_write(&w->record, w->boot->runfd) == -1) say_warningsys("write the boot graph for the stop") ;
}

void walk_settle (struct walk *w, size_t node, int ok)
{
  graph_settle(&w->graph, node, ok) ;
  if (ok) record_up(w, node) ;
}

void walk_set_deadline (struct walk *w, size_t node, tain const *deadline)
{
  if (deadlines_set(&w->deadlines, node, deadline) == -1) rc_die(w->boot, "keep a deadline") ;
}

void walk_run_program (struct walk *w, size_t node, pid_t pid, tain const *deadline)
{
  if (processtable_add(&w->programs, pid, node) == -1) rc_die(w->boot, "keep the pid of a program") ;
  walk_set_deadline(w, node, deadline) ;
}
