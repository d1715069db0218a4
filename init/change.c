/* ISC license. */

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/sig.h>

#include "change.h"
#include "clock.h"
#include "filelimit.h"
#include "transition.h"

#define EVENTS 64
#define SIGNALS UINT64_MAX   /* stands for the signals among the numbers of nodes */

static void reap (struct change *c)
{
  for (;;)
  {
    int wstat ;
    pid_t pid = wait_nohang(&wstat) ;
    if (pid <= 0) break ;
    transition_child_ended(c, pid, wstat) ;
  }
}

/* The first time the scripts are told to end, the second time they are killed. */
static void interrupt (struct change *c)
{
  size_t i = 0 ;
  int sig = c->interrupts++ ? SIGKILL : SIGTERM ;
  c->failed = 1 ;
  for (; i < bootgraph_size(&c->live->graph) ; i++) transition_interrupt(c, i, sig) ;
}

/* Returns 0, or -1 and sets errno. */
static int handle_signals (struct change *c)
{
  struct signalfd_siginfo info ;
  for (;;)
  {
    ssize_t r = sanitize_read(fd_read(c->signalfd, (char *)&info, sizeof info)) ;
    if (r <= 0) return (int)r ;
    if (info.ssi_signo == SIGCHLD) reap(c) ;
    else interrupt(c) ;
  }
}

/* Milliseconds to the earliest deadline; -1: there is none. */
static int patience (struct change const *c)
{
  tain deadline = c->policy->deadline ;
  deadlines_lower(&c->deadlines, &deadline) ;
  return clock_left(&deadline) ;
}

/* Waits for what happens next and handles it. Returns 0, or -1 and sets errno. */
static int turn (struct change *c)
{
  struct epoll_event events[EVENTS] ;
  size_t i ;
  int k = 0 ;
  int n = epoll_wait(c->epollfd, events, EVENTS, patience(c)) ;
  if (n == -1) return errno == EINTR ? 0 : -1 ;
  tain_now_g() ;
  for (; k < n ; k++)
  {
    if (events[k].data.u64 != SIGNALS) transition_event(c, (size_t)events[k].data.u64) ;
    else if (handle_signals(c) == -1) return -1 ;
  }
  while ((i = deadlines_take(&c->deadlines, &STAMP)) != DEADLINES_NONE) transition_late(c, i) ;
  return 0 ;
}

/* Returns a result, or -1 and sets errno. */
static int loop (struct change *c)
{
  for (;;)
  {
    size_t i ;
    while (!c->interrupts && !c->crowded && (i = graph_next(&c->graph)) != GRAPH_NONE) transition_begin(c, i) ;
    if (!c->running) return c->failed ? CHANGE_FAILED : CHANGE_DONE ;
    if (!tain_future(&c->policy->deadline)) return CHANGE_LATE ;
    if (turn(c) == -1) return -1 ;
  }
}

/* Returns 0, or -1 and sets errno. */
static int load (struct change *c)
{
  struct bootgraph const *g = &c->live->graph ;
  struct bootgraph_edge const *edges = genalloc_s(struct bootgraph_edge, &g->edges) ;
  size_t n = bootgraph_size(g), m = genalloc_len(struct bootgraph_edge, &g->edges) ;
  size_t i = 0 ;
  c->transitions = calloc(n + 1, sizeof *c->transitions) ;
  if (!c->transitions) return -1 ;
  for (; i < n ; i++)
  {
    c->transitions[i].longrun.eventfd = -1 ;
    if (graph_add(&c->graph, bootgraph_node(g, i)->name) == GRAPH_NONE) return -1 ;
  }
  for (i = 0 ; i < m ; i++)
  {
    size_t waiting = c->policy->up ? edges[i].node : edges[i].dependency ;
    size_t awaited = c->policy->up ? edges[i].dependency : edges[i].node ;
    if (c->chosen[waiting] && c->chosen[awaited] && graph_depend(&c->graph, waiting, awaited) == -1) return -1 ;
  }
  graph_begin(&c->graph) ;
  return 0 ;
}

/* Returns 0, or -1 and sets errno. */
static int watch_signals (struct change *c)
{
  sigset_t set = c->policy->interrupts ;
  sigaddset(&set, SIGCHLD) ;
  /* some ignore it, and who they start does so too: the end of a script would never be told */
  sig_restore(SIGCHLD) ;
  c->epollfd = epoll_create1(EPOLL_CLOEXEC) ;
  if (c->epollfd == -1 || sigprocmask(SIG_BLOCK, &set, 0) == -1) return -1 ;
  /* no selfpipe: stage 2 has its own when it stops the container */
  c->signalfd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC) ;
  return c->signalfd == -1 ? -1 : transition_watch(c, c->signalfd, SIGNALS) ;
}

static void end (struct change *c)
{
  size_t i = 0 ;
  if (c->transitions) for (; i < graph_size(&c->graph) ; i++) longrun_leave(&c->transitions[i].longrun) ;
  free(c->transitions) ;
  graph_free(&c->graph) ;
  processtable_free(&c->scripts) ;
  deadlines_free(&c->deadlines) ;
  if (c->signalfd >= 0) fd_close(c->signalfd) ;
  if (c->epollfd >= 0) fd_close(c->epollfd) ;
}

int change_run (struct live *live, char const *chosen, struct change_policy const *policy)
{
  struct change c =
    { .live = live, .chosen = chosen, .policy = policy, .graph = GRAPH_ZERO, .scripts = PROCESSTABLE_ZERO, .deadlines = DEADLINES_ZERO,
      .epollfd = -1, .signalfd = -1 } ;
  int r, e ;
  filelimit_raise() ;
  r = load(&c) == -1 || watch_signals(&c) == -1 ? -1 : loop(&c) ;
  e = errno ;
  end(&c) ;
  errno = e ;
  return r ;
}
