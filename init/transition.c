/* ISC license. */

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include <skalibs/buffer.h>
#include <skalibs/types.h>

#include "clock.h"
#include "oneshot.h"
#include "processsignal.h"
#include "transition.h"
#include "variables.h"
#include "verbosity.h"

/* after a KILL, s6-supervise lets finish run for timeout-finish, 5000 by default: s6-supervise.c; and a little to exec it */
#define FINISH_GRACETIME 5500

static struct bootgraph_node const *node (struct change const *c, size_t i)
{
  return bootgraph_node(&c->live->graph, i) ;
}

static void say_step (struct change const *c, size_t i, char const *up, char const *down)
{
  if (verbosity >= c->policy->steps) strerr_warni("service ", node(c, i)->name, ": ", c->policy->up ? up : down) ;
}

static void settle (struct change *c, size_t i, int ok)
{
  if (ok && !c->policy->dry) live_set(c->live, i, c->policy->up) ;
  if (!ok) c->failed = 1 ;
  graph_settle(&c->graph, i, ok || c->policy->stop) ;
}

static void succeed (struct change *c, size_t i)
{
  say_step(c, i, "started", "stopped") ;
  settle(c, i, 1) ;
}

/* why: 0, that was said before. */
static void fail (struct change *c, size_t i, char const *why)
{
  if (why) say_warning("unable to ", c->policy->up ? "start" : "stop", " service ", node(c, i)->name, ": ", why) ;
  if (c->policy->up && node(c, i)->kind == BOOTGRAPH_LONGRUN) longrun_withdraw(c->live->scanfd, &c->transitions[i].longrun) ;
  settle(c, i, 0) ;
}

/* It is no longer under way. */
static void leave (struct change *c, size_t i)
{
  deadlines_clear(&c->deadlines, i) ;
  longrun_leave(&c->transitions[i].longrun) ;
  c->transitions[i].pid = 0 ;
  c->running-- ;
  c->crowded = 0 ;
}

/* Its own timeout, or what the policy has for it, in milliseconds; UINT_MAX: none. */
static unsigned int limit (struct change const *c, size_t i)
{
  unsigned int own = c->policy->up ? node(c, i)->timeout_up : node(c, i)->timeout_down ;
  unsigned int kill ;
  if (!c->policy->stop) return own ? own : UINT_MAX ;
  if (node(c, i)->kind == BOOTGRAPH_ONESHOT) return own ? own : c->policy->grace ;
  if (node(c, i)->legacy) return c->policy->legacy_grace ;
  /* its supervisor kills it then, and runs finish */
  kill = node(c, i)->timeout_kill ;
  if (kill && kill < UINT_MAX - FINISH_GRACETIME) kill += FINISH_GRACETIME ;
  if (own < kill) own = kill ;
  return own > c->policy->grace ? own : c->policy->grace ;
}

/* Returns 0, or -1 and sets errno. */
static int set_deadline (struct change *c, size_t i, unsigned int ms)
{
  tain when ;
  tain_now_g() ;
  clock_deadline(&when, ms) ;
  return deadlines_set(&c->deadlines, i, &when) ;
}

int transition_watch (struct change *c, int fd, uint64_t i)
{
  struct epoll_event e = { .events = EPOLLIN, .data.u64 = i } ;
  return epoll_ctl(c->epollfd, EPOLL_CTL_ADD, fd, &e) ;
}

static void begin_longrun (struct change *c, size_t i)
{
  struct transition *t = c->transitions + i ;
  char const *why = 0 ;
  say_step(c, i, "starting", "stopping") ;
  t->longrun = (struct longrun)
    { .name = node(c, i)->name, .up = c->policy->up, .notifies = node(c, i)->notifies, .ours = i < c->live->kept, .eventfd = -1 } ;
  switch (longrun_tell(c->live->scanfd, &t->longrun, &why))
  {
    case LONGRUN_DONE : succeed(c, i) ; return ;
    case LONGRUN_FAILED : fail(c, i, why) ; return ;
    default : break ;
  }
  c->running++ ;
  t->limit = limit(c, i) ;
  if (transition_watch(c, t->longrun.eventfd, i) == 0 && set_deadline(c, i, t->limit) == 0) return ;
  why = strerror(errno) ;
  leave(c, i) ;
  fail(c, i, why) ;
}

static void begin_script (struct change *c, size_t i)
{
  struct transition *t = c->transitions + i ;
  struct bootgraph_node const *n = node(c, i) ;
  pid_t pid ;
  if (oneshot_spawn(c->live->contenvfd, n->name, c->policy->up ? n->up : n->down, &pid) == -1)
  {
    if (errno != EAGAIN || !c->running) { fail(c, i, strerror(errno)) ; return ; }
    c->crowded = 1 ;
    graph_put_back(&c->graph, i) ;
    return ;
  }
  say_step(c, i, "starting", "stopping") ;
  if (!pid) { succeed(c, i) ; return ; }
  c->running++ ;
  t->pid = pid ;
  t->limit = limit(c, i) ;
  if (processtable_add(&c->scripts, pid, i) == 0 && set_deadline(c, i, t->limit) == 0) return ;
  /* its end would not be noticed */
  say_warningsys("wait for the script of service ", n->name) ;
  processsignal_send(pid, 1, SIGKILL) ;
  leave(c, i) ;
  fail(c, i, 0) ;
}

static void begin_dry (struct change *c, size_t i)
{
  buffer_puts(buffer_1, c->policy->up ? "start " : "stop ") ;
  buffer_puts(buffer_1, node(c, i)->name) ;
  buffer_puts(buffer_1, "\n") ;
  settle(c, i, 1) ;
}

/* Whether its state is already as wanted. At a stop that says nothing about a longrun: one that was told to start may not be up yet, and
   whoever knows s6-svc starts what s6-rc has down. */
static int is_there (struct change const *c, size_t i)
{
  return live_is_up(c->live, i) == c->policy->up && !(c->policy->stop && node(c, i)->kind == BOOTGRAPH_LONGRUN) ;
}

void transition_begin (struct change *c, size_t i)
{
  struct bootgraph_node const *n = node(c, i) ;
  if (!c->chosen[i]) { graph_settle(&c->graph, i, 1) ; return ; }
  if (n->kind == BOOTGRAPH_BUNDLE || n->kind == BOOTGRAPH_STEP || is_there(c, i)) { settle(c, i, 1) ; return ; }
  if (!c->policy->up && n->essential && !c->policy->essentials)
  {
    /* as with s6-rc, that is no failure */
    say_warning("service ", n->name, " is essential: not stopped, nor is what it depends on; -D stops it too") ;
    graph_settle(&c->graph, i, 0) ;
    return ;
  }
  if (c->policy->dry) { begin_dry(c, i) ; return ; }
  if (n->kind == BOOTGRAPH_STAGE) { settle(c, i, 1) ; return ; }
  if (n->kind == BOOTGRAPH_ONESHOT) begin_script(c, i) ;
  else begin_longrun(c, i) ;
}

void transition_event (struct change *c, size_t i)
{
  char const *why = 0 ;
  enum longrun_state state ;
  /* what came with it may have ended it */
  if (c->transitions[i].longrun.eventfd == -1) return ;
  state = longrun_event(c->live->scanfd, &c->transitions[i].longrun, &why) ;
  if (state == LONGRUN_PENDING) return ;
  leave(c, i) ;
  if (state == LONGRUN_DONE) succeed(c, i) ;
  else fail(c, i, why) ;
}

void transition_child_ended (struct change *c, pid_t pid, int wstat)
{
  size_t i = processtable_take(&c->scripts, pid) ;
  char why[64] ;
  int killed ;
  /* one that was given up may end after all */
  if (i == PROCESSTABLE_NONE || c->transitions[i].pid != pid) return ;
  killed = c->transitions[i].killed ;
  leave(c, i) ;
  if (!wstat) { succeed(c, i) ; return ; }
  snprintf(why, sizeof why, WIFSIGNALED(wstat) ? "its %s was ended by signal %d" : "its %s exited %d", c->policy->up ? "up" : "down",
    WIFSIGNALED(wstat) ? WTERMSIG(wstat) : WEXITSTATUS(wstat)) ;
  fail(c, i, killed ? 0 : why) ;
}

static void say_late (struct change const *c, size_t i)
{
  struct bootgraph_node const *n = node(c, i) ;
  unsigned int ms = c->transitions[i].limit ;
  char const *script = c->policy->up ? "up" : "down" ;
  char const *file = c->policy->up ? "its timeout-up" : "its timeout-down" ;
  char fmt[UINT_FMT] ;
  fmt[uint_fmt(fmt, ms)] = 0 ;
  if (c->policy->stop && ms != n->timeout_down) file = VAR_SERVICES_GRACETIME ;
  if (n->kind == BOOTGRAPH_ONESHOT)
    say_warning("the ", script, " of service ", n->name, " has not ended after ", fmt, " ms: killed; raise ", file, " if it needs longer") ;
  else if (c->policy->stop)
    say_warning("service ", n->name, " is not down ", fmt, " ms after SIGTERM: killed; raise ", file, " if it needs longer") ;
  else
    say_warning("service ", n->name, " is not ", script, " after ", fmt, " ms; raise ", file, " if it needs longer") ;
}

void transition_late (struct change *c, size_t i)
{
  struct transition *t = c->transitions + i ;
  if (!t->killed)
  {
    say_late(c, i) ;
    if (t->pid) processsignal_send(t->pid, 1, SIGKILL) ;
    else if (c->policy->stop) longrun_kill(c->live->scanfd, t->longrun.name) ;
    if (t->pid || c->policy->stop)
    {
      t->killed = 1 ;
      if (set_deadline(c, i, FINISH_GRACETIME) == 0) return ;
    }
  }
  leave(c, i) ;
  fail(c, i, 0) ;
}

void transition_interrupt (struct change *c, size_t i, int sig)
{
  struct transition const *t = c->transitions + i ;
  if (t->pid)
  {
    processsignal_send(t->pid, 1, sig) ;
    processsignal_send(t->pid, 1, SIGCONT) ;
  }
  if (t->longrun.eventfd == -1) return ;
  leave(c, i) ;
  fail(c, i, "interrupted") ;
}
