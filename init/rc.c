/* ISC license. */

/* Stage 2: one walk over the boot graph of built-in stages and services, then the CMD. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/alloc.h>
#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/genalloc.h>
#include <skalibs/iopause.h>
#include <skalibs/selfpipe.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "atomicfile.h"
#include "clock.h"
#include "command.h"
#include "contenv.h"
#include "graph.h"
#include "lockfile.h"
#include "paths.h"
#include "rc.h"
#include "scandir.h"
#include "services.h"
#include "stages.h"
#include "stop.h"
#include "svevent.h"

#define SERVICES_READYTIME "S6_SERVICES_READYTIME"
#define SERVICES_READYTIME_DEFAULT 1000
#define IF_STAGE2_FAILS "S6_BEHAVIOUR_IF_STAGE2_FAILS"
#define ANCHOR "legacy-services"   /* services hang below this row */

struct rc
{
  struct boot const *boot ;
  struct graph graph ;        /* nodes: the stages in the order of their table, then the services */
  genalloc services ;         /* struct service */
  unsigned int hold ;         /* milliseconds */
  int failed ;
  int missing ;               /* a stage that this version does not have was asked for */
  int reported ;
  int stopping ;
  char const *const *cmd ;
  pid_t cmd_pid ;             /* 0: not started */
  int cmd_ended ;
  tain cmd_deadline ;         /* when it gets KILL, once it has got TERM */
} ;

static void die (char const *what) gccattr_noreturn ;
static void die (char const *what)
{
  strerr_diefusys(EXIT_SYSTEM, what) ;
}

static void load_stages (struct rc *rc)
{
  size_t i = 0 ;
  for (; i < stage_table_len ; i++)
    if (graph_add(&rc->graph, stage_table[i].name) == GRAPH_NONE) die("build the boot graph") ;
  for (i = 0 ; i < stage_table_len ; i++)
  {
    char const *const *after = stage_table[i].after ;
    size_t j = 0 ;
    for (; j < sizeof stage_table[i].after / sizeof stage_table[i].after[0] && after[j] ; j++)
    {
      size_t d = graph_find(&rc->graph, after[j]) ;
      if (d == GRAPH_NONE || graph_depend(&rc->graph, i, d) == -1) die("build the boot graph") ;
    }
  }
}

static void load_service (struct rc *rc, int parentfd, char const *name, size_t anchor)
{
  struct boot const *b = rc->boot ;
  char src[sizeof ROOT_SERVICES + NAME_MAX + 2] ;
  struct service s ;
  char *copy ;   /* the graph and the service keep it */
  int r ;
  int fd = openat(parentfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1)
  {
    if (errno == ENOTDIR) return ;
    strerr_warnwusys("open service ", name) ;
    rc->failed = 1 ;
    return ;
  }
  snprintf(src, sizeof src, "/" ROOT_SERVICES "/%s", name) ;
  copy = strdup(name) ;
  if (!copy) die("keep the name of a service") ;
  r = service_make(b, copy, fd, src, &s) ;
  fd_close(fd) ;
  if (r == -1) { free(copy) ; rc->failed = 1 ; return ; }
  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): copy lives in the graph and in the array, which the analyzer does not see */
  s.node = graph_add(&rc->graph, copy) ;
  if (s.node == GRAPH_NONE || graph_depend(&rc->graph, s.node, anchor) == -1 || !genalloc_append(struct service, &rc->services, &s))
    die("build the boot graph") ;
  if (service_supervise(b, &s) == -1) strerr_warnwusys("link service ", name, " into the scandir") ;
}

static int visible (struct dirent const *d)
{
  return d->d_name[0] != '.' ;
}

static void load_services (struct rc *rc)
{
  size_t anchor = graph_find(&rc->graph, ANCHOR) ;
  struct dirent **entries ;
  int i = 0, n ;
  int fd = openat(rc->boot->rootfd, ROOT_SERVICES, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1)
  {
    if (errno != ENOENT) { strerr_warnwusys("open /" ROOT_SERVICES) ; rc->failed = 1 ; }
    return ;
  }
  n = scandirat(fd, ".", &entries, &visible, &alphasort) ;
  if (n == -1) { strerr_warnwusys("read /" ROOT_SERVICES) ; rc->failed = 1 ; }
  for (; i < n ; i++)
  {
    load_service(rc, fd, entries[i]->d_name, anchor) ;
    free(entries[i]) ;
  }
  if (n >= 0) free(entries) ;
  fd_close(fd) ;
}

static struct service *service (struct rc const *rc, size_t i)
{
  return genalloc_s(struct service, &rc->services) + i ;
}

static size_t services_len (struct rc const *rc)
{
  return genalloc_len(struct service, &rc->services) ;
}

static void judge (struct rc *rc, struct service const *s, enum service_verdict v)
{
  if (s->state == SERVICE_FAILED) rc->failed = 1 ;
  if (v != VERDICT_NONE) graph_settle(&rc->graph, s->node, v == VERDICT_UP) ;
}

/* Starts all that is ready, as long as anything becomes so. */
static void walk (struct rc *rc)
{
  size_t i ;
  while (!rc->missing && (i = graph_next(&rc->graph)) != GRAPH_NONE)
  {
    if (i >= stage_table_len)
    {
      /* services stand in the graph in the order of their array */
      struct service *s = service(rc, i - stage_table_len) ;
      judge(rc, s, service_start(rc->boot, s)) ;
    }
    else
    {
      enum stage_result r = stage_run(rc->boot, stage_table + i) ;
      if (r != STAGE_OK) rc->failed = 1 ;
      if (r == STAGE_MISSING) rc->missing = 1 ;
      graph_settle(&rc->graph, i, r == STAGE_OK) ;
    }
  }
}

static void report_blocked (struct rc *rc)
{
  size_t i = 0 ;
  for (; i < graph_size(&rc->graph) ; i++)
  {
    struct graph_node const *n = graph_node(&rc->graph, i) ;
    if (n->state != GRAPH_BLOCKED) continue ;
    rc->failed = 1 ;
    if (report_set(rc->boot->report, i < stage_table_len ? REPORT_STAGES : REPORT_SERVICES, n->name, "blocked", "a dependency failed", clock_ms()) == -1)
      strerr_warnwusys("keep the boot report") ;
  }
}

static void write_report (struct rc *rc, char const *result)
{
  rc->boot->report->result = result ;
  if (report_write(rc->boot->report, rc->boot->runfd) == -1) strerr_warnwusys("write the boot report") ;
}

static void set_exit_code (struct rc const *rc, int code)
{
  char fmt[UINT_FMT + 1] ;
  size_t n = uint_fmt(fmt, (unsigned int)code) ;
  fmt[n++] = '\n' ;
  if (atomicfile_write(rc->boot->runfd, RUN_EXITCODE, fmt, n, 0644) == -1) strerr_warnwusys("write the exit code") ;
}

/* Nothing more is to be waited for: every node is settled, every service has held or failed. */
static int is_over (struct rc const *rc)
{
  size_t i = 0 ;
  if (rc->missing) return 1 ;
  if (rc->graph.unsettled) return 0 ;
  for (; i < services_len(rc) ; i++)
  {
    struct service const *s = service(rc, i) ;
    if (graph_node(&rc->graph, s->node)->state != GRAPH_BLOCKED && !service_is_settled(s)) return 0 ;
  }
  return 1 ;
}

static void conclude (struct rc *rc)
{
  rc->reported = 1 ;
  report_blocked(rc) ;
  write_report(rc, rc->failed ? "failed" : "done") ;
  if (!rc->failed)
  {
    /* the lines that CI waits for */
    strerr_warn("[services.d] done.") ;
    strerr_warn("[ls.io-init] done.") ;
  }
  else strerr_warnw("the boot is not complete: see init-status, or " PATH_RUN "/" RUN_REPORT_JSON) ;
}

static void command_ended (struct rc *rc, int wstat)
{
  rc->cmd_ended = 1 ;
  /* a CMD that a stop has ended by a signal did what it was told */
  if (!(rc->stopping && WIFSIGNALED(wstat))) set_exit_code(rc, svevent_exitcode(wstat)) ;
}

static void reap (struct rc *rc)
{
  for (;;)
  {
    int wstat ;
    pid_t r = wait_nohang(&wstat) ;
    if (r <= 0) break ;
    if (r == rc->cmd_pid) command_ended(rc, wstat) ;
  }
}

static void stop_command (struct rc *rc)
{
  rc->stopping = 1 ;
  if (!rc->cmd_pid || rc->cmd_ended) return ;
  kill(rc->cmd_pid, SIGTERM) ;
  kill(rc->cmd_pid, SIGCONT) ;
  clock_deadline(&rc->cmd_deadline, contenv_milliseconds(rc->boot->contenvfd, KILL_GRACETIME, KILL_GRACETIME_DEFAULT)) ;
}

static void handle_signals (struct rc *rc)
{
  for (;;) switch (selfpipe_read())
  {
    case -1 : die("read the signal pipe") ;
    case 0 : return ;
    case SIGCHLD : reap(rc) ; break ;
    case SIGTERM : stop_command(rc) ; break ;
    default : break ;
  }
}

static void handle_timeouts (struct rc *rc)
{
  size_t i = 0 ;
  for (; i < services_len(rc) ; i++)
  {
    struct service *s = service(rc, i) ;
    if (!tain_future(&s->deadline)) judge(rc, s, service_timeout(rc->boot, s)) ;
  }
  if (rc->cmd_pid && !rc->cmd_ended && !tain_future(&rc->cmd_deadline))
  {
    strerr_warnw("the command does not end: killed; raise " KILL_GRACETIME " if it needs longer") ;
    kill(rc->cmd_pid, SIGKILL) ;
    rc->cmd_deadline = tain_infinite ;
  }
}

/* Waits for the next event and handles it. x has room for two descriptors and one per service. */
static void turn (struct rc *rc, iopause_fd *x, int sigfd, int *readyfd)
{
  size_t n = services_len(rc), i = 0 ;
  tain deadline = rc->cmd_deadline ;
  int r ;
  x[0].fd = sigfd ; x[0].events = IOPAUSE_READ ;
  x[1].fd = *readyfd ; x[1].events = IOPAUSE_READ ;
  for (; i < n ; i++)
  {
    struct service const *s = service(rc, i) ;
    x[i+2].fd = rc->stopping ? -1 : s->eventfd ;
    x[i+2].events = IOPAUSE_READ ;
    if (tain_less(&s->deadline, &deadline)) deadline = s->deadline ;
  }
  r = iopause_g(x, (unsigned int)n + 2, &deadline) ;
  if (r == -1) die("wait for events") ;
  if (x[0].revents & IOPAUSE_READ) handle_signals(rc) ;
  if (*readyfd >= 0 && x[1].revents & (IOPAUSE_READ | IOPAUSE_EXCEPT))
  {
    fd_close(*readyfd) ;
    *readyfd = -1 ;
    if (scandir_control(rc->boot->runfd, "a", 1) == -1) strerr_warnwusys("make s6-svscan look for services") ;
  }
  for (i = 0 ; i < n ; i++)
    if (x[i+2].fd >= 0 && x[i+2].revents & (IOPAUSE_READ | IOPAUSE_EXCEPT))
      judge(rc, service(rc, i), service_event(rc->boot, service(rc, i), rc->hold)) ;
  handle_timeouts(rc) ;
}

static void start_command (struct rc *rc)
{
  /* the CMD may well be init-status */
  if (!rc->reported) write_report(rc, "booting") ;
  rc->cmd_pid = command_spawn(rc->boot->contenvfd, rc->cmd) ;
  if (rc->cmd_pid == -1) die("start the command") ;
}

/* What S6_BEHAVIOUR_IF_STAGE2_FAILS says: 2 ends the container. */
static int must_end (struct rc const *rc)
{
  return rc->missing || (rc->failed && contenv_milliseconds(rc->boot->contenvfd, IF_STAGE2_FAILS, 0) == 2) ;
}

/* A CMD can end, or a stage fail, before s6-svscan is there to be told to stop. The pipe says when it is, or ends with it. */
static void await_svscan (int readyfd)
{
  char c ;
  if (readyfd >= 0 && fd_read(readyfd, &c, 1) == -1) strerr_warnwusys("wait for s6-svscan") ;
}

static void loop (struct rc *rc, int sigfd, int readyfd)
{
  iopause_fd *x = alloc((services_len(rc) + 2) * sizeof *x) ;
  if (!x) die("wait for events") ;
  walk(rc) ;
  /* while s6-svscan starts: nobody waits for it */
  write_report(rc, "booting") ;
  for (;;)
  {
    if (!rc->stopping) walk(rc) ;
    if (!rc->stopping && !rc->reported && is_over(rc))
    {
      conclude(rc) ;
      if (must_end(rc))
      {
        set_exit_code(rc, rc->missing ? EXIT_USER : 1) ;
        stop_command(rc) ;
        /* the exit code is set: a stop of our own, not one that found everything well */
        if (!rc->cmd_pid || rc->cmd_ended) break ;
      }
      else if (!*rc->cmd) return ;
    }
    if (!rc->stopping && *rc->cmd && !rc->cmd_pid && !rc->missing && !rc->graph.unsettled) start_command(rc) ;
    if (rc->cmd_ended || (rc->stopping && !rc->cmd_pid)) break ;
    turn(rc, x, sigfd, &readyfd) ;
  }
  if (!rc->reported) write_report(rc, "stopped") ;
  await_svscan(readyfd) ;
  stop_run(rc->boot->runfd, rc->boot->contenvfd) ;
}

int rc_main (struct boot *b, char const *const *cmd, int readyfd)
{
  struct rc rc = { .boot = b, .graph = GRAPH_ZERO, .services = GENALLOC_ZERO, .cmd = cmd, .cmd_deadline = TAIN_INFINITE } ;
  sigset_t set ;
  int sigfd ;
  PROG = "rc" ;
  clock_start() ;
  if (lockfile_take(b->runfd, RUN_RC_LOCK) == -1) die("lock " PATH_RUN "/" RUN_RC_LOCK) ;
  /* whoever stops the container takes its lock before it looks for ours: one of the two sees the other */
  if (stop_begun(b->runfd)) return 0 ;
  sigfd = selfpipe_init() ;
  if (sigfd == -1) die("make the signal pipe") ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  sigaddset(&set, SIGTERM) ;
  if (!selfpipe_trapset(&set)) die("trap signals") ;
  sig_ignore(SIGPIPE) ;
  rc.hold = contenv_milliseconds(b->contenvfd, SERVICES_READYTIME, SERVICES_READYTIME_DEFAULT) ;
  load_stages(&rc) ;
  load_services(&rc) ;
  graph_begin(&rc.graph) ;
  loop(&rc, sigfd, readyfd) ;
  return 0 ;
}
