/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/sig.h>
#include <skalibs/types.h>

#include "clock.h"
#include "fetch.h"
#include "resolve.h"
#include "store.h"
#include "verbosity.h"

/* as many connections as others who pull images make at once, and some */
#define SIDE_BY_SIDE 6

/* how often what lasts is said, milliseconds */
#define PROGRESS_INTERVAL 10000

#define MEGABYTE 1000000

struct round
{
  struct fetch *list ;
  size_t n ;
  struct fetch_settings const *settings ;
  pid_t pids[SIDE_BY_SIDE] ;      /* 0: free */
  size_t which[SIDE_BY_SIDE] ;
  size_t next ;                   /* the first that has not been looked at */
  int offline ;                   /* all of them; -1: for there is no time */
} ;

struct fetch *fetch_new (size_t n)
{
  void *p = mmap(0, (n ? n : 1) * sizeof(struct fetch), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) ;
  return p == MAP_FAILED ? 0 : p ;
}

static void fail (struct fetch *f, enum fetch_state state, char const *why)
{
  f->state = state ;
  snprintf(f->why, sizeof f->why, "%s", why) ;
}

/* Whether a registry is known not to answer, by another mod of it. */
static int is_silent (struct round const *r, char const *registry)
{
  size_t i = 0 ;
  for (; i < r->n ; i++) if (r->list[i].silent && !strcmp(r->list[i].ref.registry, registry)) return 1 ;
  return 0 ;
}

static void work (struct round const *r, size_t i)
{
  char name[SIZE_FMT] ;
  int dirfd ;
  name[size_fmt(name, i)] = 0 ;
  /* not to outlive who waits for it */
  prctl(PR_SET_PDEATHSIG, SIGKILL) ;
  sig_blocknone() ;
  if (mkdirat(r->settings->workfd, name, 0700) == -1 && errno != EEXIST) _exit(1) ;
  dirfd = openat(r->settings->workfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (dirfd == -1) _exit(1) ;
  resolve(r->list + i, r->settings, dirfd, r->offline ? r->offline : is_silent(r, r->list[i].ref.registry)) ;
  _exit(0) ;
}

/* Starts the next one, in the slot, which is free. Returns whether it runs. */
static int start_one (struct round *r, size_t slot)
{
  while (r->next < r->n)
  {
    struct fetch *f = r->list + r->next++ ;
    pid_t pid ;
    if (f->state != FETCH_WAITING) continue ;
    f->state = FETCH_RESOLVING ;
    pid = fork() ;
    if (!pid) work(r, r->next - 1) ;
    if (pid == -1)
    {
      fail(f, FETCH_FAILED, strerror(errno)) ;
      continue ;
    }
    r->pids[slot] = pid ;
    r->which[slot] = r->next - 1 ;
    return 1 ;
  }
  return 0 ;
}

/* Starts as many as may run. Returns how many do. */
static unsigned int start (struct round *r)
{
  unsigned int n = 0 ;
  size_t slot = 0 ;
  for (; slot < SIDE_BY_SIDE ; slot++) if (r->pids[slot] || start_one(r, slot)) n++ ;
  return n ;
}

/* Reaps what has ended. */
static void reap (struct round *r)
{
  size_t slot = 0 ;
  for (; slot < SIDE_BY_SIDE ; slot++)
  {
    struct fetch *f = r->list + r->which[slot] ;
    pid_t pid ;
    int wstat ;
    if (!r->pids[slot]) continue ;
    pid = waitpid(r->pids[slot], &wstat, WNOHANG) ;
    if (!pid) continue ;
    r->pids[slot] = 0 ;
    if (f->state < FETCH_READY) fail(f, FETCH_FAILED, "the process that was to get it has failed") ;
  }
}

static void end_all (struct round *r)
{
  size_t slot = 0, i = 0 ;
  for (; slot < SIDE_BY_SIDE ; slot++) if (r->pids[slot])
  {
    int wstat ;
    kill(r->pids[slot], SIGKILL) ;
    waitpid_nointr(r->pids[slot], &wstat, 0) ;
    r->pids[slot] = 0 ;
  }
  for (; i < r->n ; i++) if (r->list[i].state < FETCH_READY) fail(r->list + i, FETCH_LATE, "it has not come in time") ;
}

static void say_progress (struct round const *r)
{
  size_t slot = 0 ;
  for (; slot < SIDE_BY_SIDE ; slot++)
  {
    struct fetch const *f = r->list + r->which[slot] ;
    char so_far[UINT64_FMT], all[UINT64_FMT] ;
    if (!r->pids[slot]) continue ;
    if (f->state != FETCH_DOWNLOADING)
    {
      say_out("[mod-init] Waiting for ", f->ref.registry, " to say what ", f->name, " is") ;
      continue ;
    }
    so_far[uint64_fmt(so_far, (uint64_t)store_progress(r->settings->storefd, f->digest) / MEGABYTE)] = 0 ;
    all[uint64_fmt(all, f->size / MEGABYTE)] = 0 ;
    say_out("[mod-init] Downloading ", f->name, ": ", so_far, " of ", all, " MB") ;
  }
}

/* Until a child ends, we are to end, or one of the times has come. The signals are blocked: none is missed. Returns the signal; 0 or -1: none. */
static int wait_until (tain const *a, tain const *b)
{
  sigset_t set ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  sigaddset(&set, SIGTERM) ;
  return clock_sigwait(&set, tain_less(a, b) ? a : b) ;
}

/* Returns 0, or -1 when we are to end. */
static int run (struct round *r, tain const *deadline)
{
  tain progress ;
  tain_now_g() ;
  clock_deadline(&progress, PROGRESS_INTERVAL) ;
  for (;;)
  {
    int sig ;
    reap(r) ;
    if (!start(r)) return 0 ;
    sig = wait_until(&progress, deadline) ;
    tain_now_g() ;
    if (sig == SIGTERM || !tain_less(&STAMP, deadline))
    {
      reap(r) ;
      end_all(r) ;
      return sig == SIGTERM ? -1 : 0 ;
    }
    if (tain_less(&STAMP, &progress)) continue ;
    say_progress(r) ;
    clock_deadline(&progress, PROGRESS_INTERVAL) ;
  }
}

/* What was applied when the registry still answered is what there is. */
static void fall_back (struct fetch *f)
{
  if ((f->state != FETCH_SILENT && f->state != FETCH_LATE) || !f->applied[0]) return ;
  say_warning(f->name, " stays as it was applied before (", f->applied, "): ", f->why) ;
  strcpy(f->digest, f->applied) ;
  f->state = FETCH_READY ;
}

int fetch_all (struct fetch *list, size_t n, struct fetch_settings const *settings)
{
  struct round r = { .list = list, .n = n, .settings = settings } ;
  size_t i = 0 ;
  if (run(&r, &settings->deadline) == -1) return -1 ;
  /* the time is over: what the store has costs none */
  for (; i < n ; i++) if (list[i].state == FETCH_LATE) list[i].state = FETCH_WAITING ;
  r = (struct round){ .list = list, .n = n, .settings = settings, .offline = -1 } ;
  if (run(&r, &tain_infinite) == -1) return -1 ;
  for (i = 0 ; i < n ; i++) fall_back(list + i) ;
  return 0 ;
}
