/* ISC license. */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <skalibs/djbunix.h>

#include "treewalk.h"
#include "treeworker.h"

#define PROCESSORS_MAX 8

#define FDS_MAX 1024
#define FDS_RESERVED 24        /* of the process: its own, and what a visitor opens */
#define FDS_PASSING 4          /* of a thread: where it began and where it is, a directory on its way in or up, an entry */
#define FDS_WAITING 16         /* of a thread beyond the processors: the others are not to be left with few for it */

static void fail (struct treewalk *w, int e)
{
  atomic_store(&w->error, e) ;
  dirqueue_stop(&w->queue) ;
}

static void worker_free (struct treeworker *k)
{
  dirstack_free(&k->stack) ;
  free(k->buf) ;
  free(k) ;
}

static struct treeworker *worker_new (struct treewalk *w)
{
  struct treeworker *k = calloc(1, sizeof *k) ;
  if (!k) return 0 ;
  k->walk = w ;
  k->stack.held = w->held ;
  k->buf = malloc(TREEWORKER_BUFFER_SIZE) ;
  if (k->buf) return k ;
  free(k) ;
  return 0 ;
}

static void *prepare (void *data)
{
  struct treewalk *w = data ;
  struct treeworker *k = worker_new(w) ;
  if (k) dirqueue_join(&w->queue) ;
  return k ;
}

static void dismiss (void *prepared)
{
  struct treeworker *k = prepared ;
  dirqueue_leave(&k->walk->queue) ;
  worker_free(k) ;
}

static void *work (void *prepared)
{
  struct treeworker *k = prepared ;
  struct dirqueue_task task ;
  struct dirqueue_list *list ;
  int r ;
  latency_begin(&k->latency) ;
  while ((r = dirqueue_take(&k->walk->queue, &task, &list)))
  {
    /* not the file system's */
    if (r == 2) latency_begin(&k->latency) ;
    r = list ? treeworker_help(k, list) : treeworker_descend(k, &task) ;
    if (r == -1) fail(k->walk, ENOMEM) ;
    if (!list) free(task.path) ;
  }
  if (k->unticked) treeworker_tick(k) ;
  worker_free(k) ;
  return 0 ;
}

/* Of the descriptors a part is for the queue and the rest for the threads, of which there are fewer where there would be few for each. */
static void allot (struct treewalk *w, unsigned int processors, unsigned int threads, unsigned int fds)
{
  unsigned int most = fds / (2 * FDS_PASSING) ;
  if (processors > PROCESSORS_MAX) processors = PROCESSORS_MAX ;
  if (processors > most) processors = most ? most : 1 ;
  if (threads > fds / FDS_WAITING) threads = fds / FDS_WAITING ;
  w->crew = (struct crew){ .prepare = &prepare, .work = &work, .dismiss = &dismiss, .data = w } ;
  crew_init(&w->crew, processors, threads) ;
  most = w->crew.most ;
  w->alone = most == 1 ;
  dirqueue_init(&w->queue, w->alone ? 1 : fds / 4) ;
  fds = w->alone ? fds : (fds - w->queue.max) / most ;
  w->held = fds > FDS_PASSING ? fds - FDS_PASSING : 0 ;
}

int treewalk_limited (int fd, char const *path, struct treewalk_visitor const *visitor, unsigned int processors, unsigned int threads,
  unsigned int fds)
{
  struct treewalk w = { .visitor = visitor, .seen = 0, .error = 0 } ;
  struct dirqueue_task first = { .fd = fd } ;
  struct treeworker *k ;
  allot(&w, processors, threads, fds) ;
  pthread_mutex_init(&w.lock, 0) ;
  k = worker_new(&w) ;
  first.path = strdup(path) ;
  if (k && first.path && inode_stat(fd, "", &first.inode) == 0)
  {
    dirqueue_put(&w.queue, &first) ;
    work(k) ;
  }
  else
  {
    w.error = errno ;
    fd_close(fd) ;
    free(first.path) ;
    if (k) worker_free(k) ;
  }
  crew_end(&w.crew) ;
  dirqueue_free(&w.queue) ;
  pthread_mutex_destroy(&w.lock) ;
  return w.error ? (errno = w.error, -1) : 0 ;
}

int treewalk (int fd, char const *path, struct treewalk_visitor const *visitor)
{
  struct rlimit limit ;
  cpu_set_t cpus ;
  unsigned int processors = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? (unsigned int)CPU_COUNT(&cpus) : 1 ;
  unsigned int fds = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < FDS_MAX ? (unsigned int)limit.rlim_cur : FDS_MAX ;
  return treewalk_limited(fd, path, visitor, processors, CREW_MAX, fds > FDS_RESERVED ? fds - FDS_RESERVED : 0) ;
}
