/* ISC license. */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "latency.h"
#include "paths.h"

#define SECOND 1000000000u
/* a shorter wait is one for a lock, which more threads would make longer */
#define WAIT_MIN 100000
#define MOSTLY 2          /* it has to sleep for more than one part in so many */
#define PERIOD 2000000
/* a journal that is written now and then lets all wait once, and more of them no less: what is judged is many waits, or a long time */
#define WAITS_ENOUGH 8
#define TIME_ENOUGH SECOND

static uint64_t now (clockid_t clock)
{
  struct timespec ts ;
  clock_gettime(clock, &ts) ;
  return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec ;
}

static uint64_t waits_of_thread (void)
{
  struct rusage u ;
  return getrusage(RUSAGE_THREAD, &u) == 0 ? (uint64_t)u.ru_nvcsw : 0 ;
}

/* on a busy machine a thread is long in coming back from even the shortest wait: that is not the file system's doing */
static uint64_t delay_of_thread (void)
{
  char buf[64] ;
  char *end ;
  ssize_t n ;
  int fd = open(PATH_OWN_SCHEDSTAT, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1) return 0 ;
  n = read(fd, buf, sizeof buf - 1) ;
  fd_close(fd) ;
  if (n <= 0) return 0 ;
  buf[n] = 0 ;
  /* the time on a processor, the time in wait of one */
  (void)strtoull(buf, &end, 10) ;
  return strtoull(end, 0, 10) ;
}

void latency_begin (struct latency *l)
{
  *l = (struct latency)
  {
    .tick = now(CLOCK_MONOTONIC_COARSE), .wall = now(CLOCK_MONOTONIC), .busy = now(CLOCK_THREAD_CPUTIME_ID) + delay_of_thread(),
    .waits = waits_of_thread()
  } ;
}

unsigned int latency_look (struct latency *l, unsigned int processors)
{
  struct latency const was = *l ;
  /* a few nanoseconds; the other clocks cost a system call */
  if (now(CLOCK_MONOTONIC_COARSE) - was.tick < PERIOD) return 0 ;
  latency_begin(l) ;
  if (l->waits - was.waits < WAITS_ENOUGH && l->wall - was.wall < TIME_ENOUGH)
  {
    l->wall = was.wall ;
    l->busy = was.busy ;
    l->waits = was.waits ;
    return 0 ;
  }
  return latency_threads(l->wall - was.wall, l->busy - was.busy, l->waits - was.waits, processors) ;
}

unsigned int latency_threads (uint64_t wall, uint64_t busy, uint64_t waits, unsigned int processors)
{
  uint64_t n ;
  if (wall / MOSTLY <= busy || !waits || (wall - busy) / waits < WAIT_MIN) return processors ;
  n = busy ? wall * processors / busy : UINT32_MAX ;
  return n > UINT32_MAX ? UINT32_MAX : (unsigned int)n ;
}
