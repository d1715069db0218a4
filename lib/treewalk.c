/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "dirqueue.h"
#include "dirstack.h"
#include "dotname.h"
#include "treewalk.h"

#define THREADS_MAX 8
#define STACK_SIZE (512 << 10)
#define BUFFER_SIZE (64 << 10)
#define NAMES_MAX (256 << 10)  /* names of subdirectories kept before they are visited */
#define TICK 64                /* entries */
/* a thread costs as much as a few hundred entries */
#define WORTH_SEEN 2000
#define WORTH_QUEUED 4

#define FDS_MAX 1024
#define FDS_RESERVED 24        /* of the process: its own, and what a visitor opens */
#define FDS_PASSING 4          /* of a thread: where it began and where it is, a directory on its way in or up, an entry */

struct walk
{
  struct treewalk_visitor const *visitor ;
  struct dirqueue queue ;
  struct worker *workers ;
  pthread_mutex_t lock ;       /* the two numbers */
  unsigned int nworkers, maxworkers ;
  int alone ;                  /* one thread for all, which hands nothing over */
  unsigned int held ;          /* directories that a thread keeps open above the one it is in */
  atomic_ullong seen ;
  atomic_int error ;           /* an errno: the walk ends */
} ;

struct worker
{
  struct walk *walk ;
  pthread_t thread ;
  char *buf ;
  struct dirstack stack ;
  unsigned int unticked ;
} ;

static void *work (void *) ;

static void fail (struct walk *w, int e)
{
  atomic_store(&w->error, e) ;
  dirqueue_stop(&w->queue) ;
}

static struct treewalk_dir here (struct worker const *k)
{
  struct dirstack_frame const *f = dirstack_top(&k->stack) ;
  return (struct treewalk_dir){ .fd = f->fd, .inode = f->inode, .path = k->stack.path.s } ;
}

static void report (struct worker const *k, char const *name, int e)
{
  struct treewalk_dir const dir = here(k) ;
  /* gone since: nothing is left to be done */
  if (e != ENOENT && k->walk->visitor->failed) (*k->walk->visitor->failed)(k->walk->visitor->data, &dir, name, e) ;
}

static int visit (struct worker const *k, char const *name, int closed)
{
  struct treewalk_dir const dir = here(k) ;
  return (*k->walk->visitor->entry)(k->walk->visitor->data, &dir, name, closed) ;
}

static void tick (struct worker *k)
{
  atomic_fetch_add_explicit(&k->walk->seen, k->unticked, memory_order_relaxed) ;
  (*k->walk->visitor->tick)(k->walk->visitor->data, k->unticked) ;
  k->unticked = 0 ;
}

static void leave (struct worker *k)
{
  struct treewalk_dir const dir = here(k) ;
  /* before it is left: an owner of its own may keep us from going up through it */
  int e = dirstack_reopen_above(&k->stack) == -1 ? errno : 0 ;
  if (k->walk->visitor->leave) (*k->walk->visitor->leave)(k->walk->visitor->data, &dir) ;
  dirstack_pop(&k->stack) ;
  if (!e) return ;
  /* what was still to be visited between there and the first one is out of reach */
  report(k, 0, e) ;
  while (k->stack.depth > 1) dirstack_pop(&k->stack) ;
}

static void start_thread (struct walk *w)
{
  pthread_attr_t attr ;
  pthread_mutex_lock(&w->lock) ;
  if (w->nworkers < w->maxworkers && pthread_attr_init(&attr) == 0)
  {
    struct worker *k = w->workers + w->nworkers ;
    k->walk = w ;
    k->stack.held = w->held ;
    k->buf = malloc(BUFFER_SIZE) ;
    dirqueue_join(&w->queue) ;
    pthread_attr_setstacksize(&attr, STACK_SIZE) ;
    if (k->buf && pthread_create(&k->thread, &attr, &work, k) == 0) w->nworkers++ ;
    else
    {
      /* those that run must do */
      w->maxworkers = w->nworkers ;
      dirqueue_leave(&w->queue) ;
      free(k->buf) ;
    }
    pthread_attr_destroy(&attr) ;
  }
  pthread_mutex_unlock(&w->lock) ;
}

static void end_threads (struct walk *w)
{
  unsigned int i = 1, n ;
  pthread_mutex_lock(&w->lock) ;
  n = w->maxworkers = w->nworkers ;
  pthread_mutex_unlock(&w->lock) ;
  for (; i < n ; i++) pthread_join(w->workers[i].thread, 0) ;
}

/* Lets another thread do the directory, if there is one or there should be. Returns 0 when it stays the caller's. */
static int hand_over (struct worker *k, int fd, struct inode const *inode, char const *name)
{
  struct walk *w = k->walk ;
  struct dirqueue_task task = { .fd = fd, .inode = *inode } ;
  size_t len = dirstack_top(&k->stack)->pathlen ;
  unsigned int n ;
  if (w->alone || atomic_load_explicit(&w->queue.count, memory_order_relaxed) >= w->queue.max) return 0 ;
  task.path = malloc(len + strlen(name) + 2) ;
  if (!task.path) return 0 ;
  memcpy(task.path, k->stack.path.s, len) ;
  if (task.path[len - 1] != '/') task.path[len++] = '/' ;
  strcpy(task.path + len, name) ;
  n = dirqueue_put(&w->queue, &task) ;
  if (!n) { free(task.path) ; return 0 ; }
  if (n >= WORTH_QUEUED && atomic_load_explicit(&w->seen, memory_order_relaxed) >= WORTH_SEEN) start_thread(w) ;
  return 1 ;
}

/* The subdirectory name of the deepest directory. Returns -1 without memory. */
static int enter (struct worker *k, char const *name)
{
  struct inode inode ;
  int fd, e, parent = dirstack_top(&k->stack)->fd ;
  do fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  while (fd == -1 && errno == EMFILE && dirstack_close_one(&k->stack)) ;
  if (fd >= 0 && inode_stat(fd, "", &inode) == 0)
  {
    if (hand_over(k, fd, &inode, name) || dirstack_push(&k->stack, fd, &inode, name) == 0) return 0 ;
    return (fd_close(fd), -1) ;
  }
  e = errno ;
  if (fd >= 0) fd_close(fd) ;
  /* ENOTDIR, ELOOP: it is something else by now */
  if (e != ENOTDIR && e != ELOOP) report(k, name, e) ;
  visit(k, name, 1) ;
  return 0 ;
}

/* Returns -1 without memory. */
static int look_at (struct worker *k, struct dirent64 const *d)
{
  struct dirstack_frame *f = dirstack_top(&k->stack) ;
  char const *s = d->d_name ;
  if (is_dot(s)) return 0 ;
  if (++k->unticked >= TICK) tick(k) ;
  /* a directory is looked at when it is open, everything else now: d_type is believed by neither */
  if (d->d_type != DT_DIR && !visit(k, s, 0)) return 0 ;
  return stralloc_catb(&f->names, s, strlen(s) + 1) ? 0 : -1 ;
}

/* Reads the deepest directory on, until its end or until there are many names. Returns -1 without memory. */
static int read_on (struct worker *k)
{
  struct dirstack_frame *f = dirstack_top(&k->stack) ;
  f->names.len = f->next = 0 ;
  f->more = 0 ;
  for (;;)
  {
    ssize_t i = 0, n = getdents64(f->fd, k->buf, BUFFER_SIZE) ;
    if (n == -1) report(k, 0, errno) ;
    if (n <= 0) return 0 ;
    while (i < n)
    {
      struct dirent64 const *d = (void const *)(k->buf + i) ;
      if (look_at(k, d) == -1) return -1 ;
      i += d->d_reclen ;
      if (f->names.len < NAMES_MAX) continue ;
      f->more = 1 ;
      f->resume = d->d_off ;
      if (lseek(f->fd, f->resume, SEEK_SET) == -1) report(k, 0, errno) ;
      return 0 ;
    }
  }
}

static int walk_down (struct worker *k, struct dirqueue_task const *task)
{
  if (dirstack_push(&k->stack, task->fd, &task->inode, task->path) == -1) return (fd_close(task->fd), -1) ;
  while (k->stack.depth && !k->walk->error)
  {
    struct dirstack_frame *f = dirstack_top(&k->stack) ;
    if (f->next < f->names.len)
    {
      char const *name = f->names.s + f->next ;
      f->next += strlen(name) + 1 ;
      if (enter(k, name) == -1) return -1 ;
    }
    else if (!f->more) leave(k) ;
    else if (read_on(k) == -1) return -1 ;
  }
  return 0 ;
}

static void *work (void *arg)
{
  struct worker *k = arg ;
  struct dirqueue_task task ;
  while (dirqueue_take(&k->walk->queue, &task))
  {
    if (walk_down(k, &task) == -1) fail(k->walk, ENOMEM) ;
    free(task.path) ;
  }
  if (k->unticked) tick(k) ;
  dirstack_free(&k->stack) ;
  free(k->buf) ;
  return 0 ;
}

/* Of the descriptors a part is for the queue and the rest for the threads, of which there are fewer where there would be few for each. */
static void allot (struct walk *w, unsigned int threads, unsigned int fds)
{
  unsigned int most = fds / (2 * FDS_PASSING) ;
  if (most > THREADS_MAX) most = THREADS_MAX ;
  w->maxworkers = threads < most ? threads : most ? most : 1 ;
  w->alone = w->maxworkers == 1 ;
  dirqueue_init(&w->queue, w->alone ? 1 : fds / 4) ;
  fds = w->alone ? fds : (fds - w->queue.max) / w->maxworkers ;
  w->held = fds > FDS_PASSING ? fds - FDS_PASSING : 0 ;
}

int treewalk_limited (int fd, char const *path, struct treewalk_visitor const *visitor, unsigned int threads, unsigned int fds)
{
  struct worker workers[THREADS_MAX] = { { .walk = 0 } } ;
  struct walk w = { .visitor = visitor, .workers = workers, .nworkers = 1, .seen = 0, .error = 0 } ;
  struct dirqueue_task first = { .fd = fd } ;
  char *buf = malloc(BUFFER_SIZE) ;
  first.path = strdup(path) ;
  if (!buf || !first.path || inode_stat(fd, "", &first.inode) == -1)
  {
    int e = errno ;
    fd_close(fd) ;
    free(buf) ;
    free(first.path) ;
    return (errno = e, -1) ;
  }
  pthread_mutex_init(&w.lock, 0) ;
  allot(&w, threads, fds) ;
  workers[0].walk = &w ;
  workers[0].buf = buf ;
  workers[0].stack.held = w.held ;
  dirqueue_put(&w.queue, &first) ;
  work(workers) ;
  end_threads(&w) ;
  dirqueue_free(&w.queue) ;
  pthread_mutex_destroy(&w.lock) ;
  return w.error ? (errno = w.error, -1) : 0 ;
}

int treewalk (int fd, char const *path, struct treewalk_visitor const *visitor)
{
  struct rlimit limit ;
  cpu_set_t cpus ;
  unsigned int threads = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? (unsigned int)CPU_COUNT(&cpus) : 1 ;
  unsigned int fds = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < FDS_MAX ? (unsigned int)limit.rlim_cur : FDS_MAX ;
  return treewalk_limited(fd, path, visitor, threads, fds > FDS_RESERVED ? fds - FDS_RESERVED : 0) ;
}
