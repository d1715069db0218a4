/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/buffer.h>
#include <skalibs/djbunix.h>
#include <skalibs/sgetopt.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "boot.h"
#include "change.h"
#include "clock.h"
#include "lockfile.h"
#include "paths.h"
#include "programs.h"
#include "selection.h"
#include "stop.h"
#include "svevent.h"
#include "verbosity.h"

/* s6-rc's exit codes; the others are those of boot.h */
#define EXIT_FAILED 1
#define EXIT_LATE 2
#define EXIT_UNKNOWN 3
#define EXIT_INVALID 4

struct options
{
  int down ;
  int essentials ;       /* -D, -e: they go down too; they are not listed */
  int prune, up_too, wait, dry ;
  unsigned int timeout ; /* ms; 0: none */
  char const *live ;
} ;

struct request
{
  struct options options ;
  struct live live ;
  char *set ;            /* the selection: see selection.h */
} ;

static unsigned int number (char letter, char const *s)
{
  unsigned int n ;
  char const option[] = { '-', letter, 0 } ;
  if (!uint0_scan(s, &n)) strerr_dief(EXIT_USER, option, " wants a number, not ", s) ;
  return n ;
}

/* Returns how many arguments they are. */
static int read_options (struct options *o, int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  for (;;)
  {
    int letter = subgetopt_r(argc, argv, "uDdpabEen:v:t:l:", &l) ;
    switch (letter)
    {
      case -1 : return l.ind ;
      case 'u' : o->down = 0 ; break ;
      case 'd' : o->down = 1 ; break ;
      case 'D' : o->down = o->essentials = 1 ; break ;
      case 'p' : o->prune = 1 ; break ;
      case 'a' : o->up_too = 1 ; break ;
      case 'b' : o->wait = 1 ; break ;
      case 'E' : o->essentials = 0 ; break ;
      case 'e' : o->essentials = 1 ; break ;
      /* s6-rc's dry run pauses for that many milliseconds at each step: here nobody waits */
      case 'n' : number('n', l.arg) ; o->dry = 1 ; break ;
      case 'v' : verbosity = number('v', l.arg) ; break ;
      case 't' : o->timeout = number('t', l.arg) ; break ;
      case 'l' : o->live = l.arg ; break ;
      default : strerr_dieusage(EXIT_USER, S6_RC_USAGE) ;
    }
  }
}

/* There is one live directory only, by whatever name. */
static void check_live (int runfd, char const *path)
{
  struct stat st, ours ;
  if (!path || !strcmp(path, PATH_LIVE)) return ;
  if (fstatat(runfd, RUN_LIVE, &ours, 0) == -1 || stat(path, &st) == -1 || st.st_dev != ours.st_dev || st.st_ino != ours.st_ino)
    strerr_dief(EXIT_USER, path, " is no live directory of this container: it has " PATH_LIVE " alone, leave -l out") ;
}

static void die_locked (char const *who)
{
  strerr_dief(EXIT_SYSTEM, "unable to lock " PATH_LIVE ": ", who, " is changing the services; -b waits for it") ;
}

static void die_lock (void)
{
  if (errno == EACCES) strerr_dief(EXIT_USER, "only the user that the container was started as can use " PATH_LIVE) ;
  if (errno == ENOENT) strerr_dief(EXIT_INVALID, "there is no " PATH_LIVE ": was this container booted by stillroot?") ;
  strerr_diefusys(EXIT_SYSTEM, "lock " PATH_RUN "/" RUN_LIVE_LOCK) ;
}

/* For as long as this process lives. */
static void lock_to_change (int runfd, int wait)
{
  if (lockfile_take_within(runfd, RUN_LIVE_LOCK, wait ? UINT_MAX : 0) == -1)
  {
    if (errno == EBUSY) die_locked("another process") ;
    die_lock() ;
  }
  /* whoever stops the container takes its lock before it looks for ours: one of the two sees the other */
  if (stop_begun(runfd)) strerr_dief(EXIT_FAILED, "the container stops: nothing else changes its services any more") ;
}

/* A state that is not about to change: nobody is changing it. */
static void lock_to_read (int runfd, int wait)
{
  pid_t pid = lockfile_holder(runfd, RUN_LIVE_LOCK) ;
  char fmt[PID_FMT + 8] = "process " ;
  if (pid > 0 && wait) pid = lockfile_wait(runfd, RUN_LIVE_LOCK, UINT_MAX) ;
  if (pid == -1) die_lock() ;
  fmt[8 + pid_fmt(fmt + 8, pid)] = 0 ;
  if (pid) die_locked(fmt) ;
}

static void open_live (struct request *r, int runfd)
{
  int contenvfd = openat(runfd, RUN_CONTENV, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (contenvfd == -1) say_warningsys("open " PATH_CONTENV) ;
  if (live_open(&r->live, runfd, contenvfd) == -1)
  {
    if (errno == ENOENT) strerr_dief(EXIT_INVALID, "there is no boot graph in " PATH_LIVE " yet: the boot has not read the definitions") ;
    if (errno == EPROTO) strerr_dief(EXIT_INVALID, "what stands in " PATH_LIVE " is no boot graph: restart the container") ;
    strerr_diefusys(EXIT_SYSTEM, "read the boot graph in " PATH_LIVE) ;
  }
  r->set = calloc(bootgraph_size(&r->live.graph) + 1, 1) ;
  if (!r->set) strerr_diefusys(EXIT_SYSTEM, "select services") ;
}

static void choose (struct request *r, char const *const *names)
{
  for (; *names ; names++)
    if (selection_add(&r->live, r->set, *names) == -1)
      strerr_dief(EXIT_UNKNOWN, *names, " is not a service of this container: s6-rc list all shows them") ;
  if (r->options.up_too) selection_add_up(&r->live, r->set) ;
  if (selection_expand(&r->live, r->set) == -1) strerr_diefusys(EXIT_SYSTEM, "select services") ;
}

static void close_set (struct request *r)
{
  if (bootgraph_close(&r->live.graph, r->set, r->options.down) == -1) strerr_diefusys(EXIT_SYSTEM, "select services") ;
}

static void put (char const *s)
{
  if (buffer_puts(buffer_1, s) == -1) strerr_diefusys(EXIT_SYSTEM, "write to stdout") ;
}

static void flush (void)
{
  if (!buffer_flush(buffer_1)) strerr_diefusys(EXIT_SYSTEM, "write to stdout") ;
}

static void print_set (struct request const *r)
{
  size_t i = 0 ;
  for (; i < bootgraph_size(&r->live.graph) ; i++)
  {
    struct bootgraph_node const *n = bootgraph_node(&r->live.graph, i) ;
    if (!r->set[i] || !selection_is_service(&r->live, i) || (r->options.essentials && n->essential)) continue ;
    put(n->name) ;
    put("\n") ;
  }
  flush() ;
}

static int list (struct request *r)
{
  if (r->options.down) selection_invert(&r->live, r->set) ;
  print_set(r) ;
  return 0 ;
}

static int list_all (struct request *r)
{
  close_set(r) ;
  print_set(r) ;
  return 0 ;
}

/* Where s6's view of the longruns is another one. */
static int diff (struct request *r)
{
  int differs = 0 ;
  size_t i = 0 ;
  for (; i < bootgraph_size(&r->live.graph) ; i++)
  {
    struct bootgraph_node const *n = bootgraph_node(&r->live.graph, i) ;
    s6_svstatus_t st ;
    int fd ;
    if (n->kind != BOOTGRAPH_LONGRUN) continue ;
    fd = openat(r->live.scanfd, n->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
    if (fd == -1 || svevent_status(fd, &st) == -1) strerr_diefusys(EXIT_SYSTEM, "read the state of service ", n->name) ;
    fd_close(fd) ;
    if (st.flagwantup == live_is_up(&r->live, i)) continue ;
    differs = EXIT_FAILED ;
    put(st.flagwantup ? "+" : "-") ;
    put(n->name) ;
    put("\n") ;
  }
  flush() ;
  return differs ;
}

static int run (struct request *r, int up, tain const *deadline)
{
  struct change_policy policy =
    { .up = up, .essentials = r->options.essentials, .dry = r->options.dry, .steps = 2, .deadline = *deadline } ;
  int result ;
  sigemptyset(&policy.interrupts) ;
  sigaddset(&policy.interrupts, SIGTERM) ;
  sigaddset(&policy.interrupts, SIGINT) ;
  result = change_run(&r->live, r->set, &policy) ;
  flush() ;
  switch (result)
  {
    case CHANGE_DONE : return 0 ;
    case CHANGE_FAILED : return EXIT_FAILED ;
    case CHANGE_LATE : strerr_dief(EXIT_LATE, "timed out: not all services have changed") ;
    default : strerr_diefusys(EXIT_SYSTEM, "change the services") ;
  }
}

static int change (struct request *r)
{
  tain deadline = TAIN_INFINITE ;
  int code ;
  sig_ignore(SIGPIPE) ;
  clock_start() ;
  if (r->options.timeout) clock_deadline(&deadline, r->options.timeout) ;
  close_set(r) ;
  if (!r->options.prune) return run(r, !r->options.down, &deadline) ;
  /* first what is not to be up goes down; that is closed the other way round */
  if (!r->options.down) selection_invert(&r->live, r->set) ;
  code = run(r, 0, &deadline) ;
  if (code) return code ;
  selection_invert(&r->live, r->set) ;
  return run(r, 1, &deadline) ;
}

static int start (struct request *r)
{
  r->options.down = r->options.prune = 0 ;
  return change(r) ;
}

static int stop (struct request *r)
{
  r->options.down = 1 ;
  r->options.prune = 0 ;
  return change(r) ;
}

static struct command { char const *name ; int (*run) (struct request *) ; int changes ; } const commands[] =
{
  { "list", &list, 0 },
  { "listall", &list_all, 0 },
  { "diff", &diff, 0 },
  { "change", &change, 1 },
  { "start", &start, 1 },
  { "stop", &stop, 1 }
} ;

static struct command const *find_command (char const *name)
{
  size_t i = 0 ;
  for (; i < sizeof commands / sizeof commands[0] ; i++) if (!strcmp(commands[i].name, name)) return commands + i ;
  strerr_dief(EXIT_USER, "unknown command ", name, "; usage: ", S6_RC_USAGE) ;
}

int s6_rc_main (int argc, char const *const *argv, char const *const *envp)
{
  struct request r = { .options = { .live = 0 } } ;
  struct command const *command ;
  int first, runfd ;
  (void)envp ;
  PROG = "s6-rc" ;
  /* its own default; S6_VERBOSITY is the boot's */
  verbosity = 1 ;
  first = read_options(&r.options, argc, argv) ;
  if (first >= argc) strerr_dieusage(EXIT_USER, S6_RC_USAGE) ;
  if (!strcmp(argv[first], "help"))
  {
    put("usage: " S6_RC_USAGE "\n") ;
    flush() ;
    return 0 ;
  }
  command = find_command(argv[first]) ;
  runfd = open(PATH_RUN, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (runfd == -1) strerr_diefusys(EXIT_SYSTEM, "open " PATH_RUN) ;
  check_live(runfd, r.options.live) ;
  if (command->changes) lock_to_change(runfd, r.options.wait) ;
  else lock_to_read(runfd, r.options.wait) ;
  open_live(&r, runfd) ;
  choose(&r, argv + first + 1) ;
  return (*command->run)(&r) ;
}
