/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "dotname.h"
#include "treeworker.h"

/* Tried on two processors, 205,000 entries, and lost (microseconds of processor time an entry):
   - io_uring, statx in batches of 64: 2.8 to 3.8 instead of 2.0 to 2.4; the kernel hands each to a thread of its own, and chown has none at all
   - getdents64 with 256 KiB: 0.33 instead of 0.34, and 0.23 instead of 0.24 in a directory of 60,000; 32 KiB: 0.35 and 0.30
   - a table of descriptors for each thread (unshare), so that they do not share its lock: 3.38 instead of 3.42 where everything is
     changed, and directories could no longer be handed over open */

#define NAMES_MAX (256 << 10)  /* names of subdirectories kept before they are visited */
#define TICK 64                /* entries */
/* a thread costs as much as a few hundred entries */
#define WORTH_SEEN 2000
#define WORTH_QUEUED 4
#define WORTH_BYTES 4096       /* of entries read */
#define CLAIM 32               /* entries */
#define ENTRY_SIZE 32          /* hardly one is smaller */

static struct treewalk_dir here (struct treeworker const *k)
{
  struct dirstack_frame const *f = dirstack_top(&k->stack) ;
  return (struct treewalk_dir){ .fd = f->fd, .inode = f->inode, .path = k->stack.path.s } ;
}

static void report (struct treeworker const *k, char const *name, int e)
{
  struct treewalk_dir const dir = here(k) ;
  /* gone since: nothing is left to be done */
  if (e != ENOENT && k->walk->visitor->failed) (*k->walk->visitor->failed)(k->walk->visitor->data, &dir, name, e) ;
}

static int visit (struct treeworker const *k, char const *name, int closed)
{
  struct treewalk_dir const dir = here(k) ;
  return (*k->walk->visitor->entry)(k->walk->visitor->data, &dir, name, closed) ;
}

void treeworker_tick (struct treeworker *k)
{
  atomic_fetch_add_explicit(&k->walk->seen, k->unticked, memory_order_relaxed) ;
  (*k->walk->visitor->tick)(k->walk->visitor->data, k->unticked) ;
  k->unticked = 0 ;
}

static void leave (struct treeworker *k)
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

/* Returns 1 when there should be more threads and there is something to do for them. */
static int should_grow (struct treewalk const *w)
{
  return crew_is_small(&w->crew) && (crew_waits(&w->crew) || atomic_load_explicit(&w->seen, memory_order_relaxed) >= WORTH_SEEN) ;
}

static void look_at_clock (struct treeworker *k)
{
  unsigned int n = k->walk->alone ? 0 : latency_look(&k->latency, k->walk->crew.processors) ;
  if (n) crew_want(&k->walk->crew, n) ;
}

static size_t entry_length (char const *s)
{
  return ((struct dirent64 const *)(void const *)s)->d_reclen ;
}

static size_t name_length (char const *s)
{
  return strlen(s) + 1 ;
}

static void offer (struct treeworker *k, unsigned int tasks)
{
  struct treewalk *w = k->walk ;
  if (w->alone || k->offered || (!should_grow(w) && !atomic_load_explicit(&w->queue.idle, memory_order_relaxed))) return ;
  k->offered = 1 ;
  dirqueue_offer(&w->queue, &k->list) ;
  if (should_grow(w)) crew_grow(&w->crew, tasks) ;
}

static void withdraw (struct treeworker *k)
{
  if (k->offered) dirqueue_withdraw(&k->walk->queue, &k->list) ;
  k->offered = 0 ;
}

static int claim (struct treeworker *k, unsigned int most, size_t *ret_from, size_t *ret_to)
{
  return !k->walk->error && dirqueue_claim(k->offered ? &k->walk->queue : 0, &k->list, most, ret_from, ret_to) ;
}

/* Of the subdirectory name of the deepest directory; 0 without memory. */
static char *path_below (struct treeworker const *k, char const *name)
{
  size_t len = dirstack_top(&k->stack)->pathlen ;
  char *path = malloc(len + strlen(name) + 2) ;
  if (!path) return 0 ;
  memcpy(path, k->stack.path.s, len) ;
  if (path[len - 1] != '/') path[len++] = '/' ;
  strcpy(path + len, name) ;
  return path ;
}

/* Lets another thread do the directory, if there is one or there should be. Returns 0 when it stays the caller's. */
static int hand_over (struct treeworker *k, int fd, struct inode const *inode, char const *name)
{
  struct treewalk *w = k->walk ;
  struct dirqueue_task task = { .fd = fd, .inode = *inode } ;
  unsigned int n ;
  if (w->alone) return 0 ;
  if (atomic_load_explicit(&w->queue.count, memory_order_relaxed) >= w->queue.max)
  {
    /* as many as it has room for may have come before a thread was worth its while */
    if (should_grow(w)) crew_grow(&w->crew, 1) ;
    return 0 ;
  }
  task.path = path_below(k, name) ;
  if (!task.path) return 0 ;
  n = dirqueue_put(&w->queue, &task) ;
  if (!n) { free(task.path) ; return 0 ; }
  if ((n >= WORTH_QUEUED || crew_waits(&w->crew)) && should_grow(w)) crew_grow(&w->crew, 1) ;
  return 1 ;
}

/* Opens the subdirectory name of the deepest directory of k, which need not be the calling thread's. Returns -1 when there is nothing to
   enter, and what there is to be done about that has been done. */
static int open_below (struct treeworker *k, char const *name, struct inode *ret)
{
  int fd, e, parent = dirstack_top(&k->stack)->fd ;
  do fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  while (fd == -1 && errno == EMFILE && !k->offered && dirstack_close_one(&k->stack)) ;
  if (fd >= 0 && inode_stat(fd, "", ret) == 0) return fd ;
  e = errno ;
  if (fd >= 0) fd_close(fd) ;
  /* ENOTDIR, ELOOP: it is something else by now */
  if (e != ENOTDIR && e != ELOOP) report(k, name, e) ;
  visit(k, name, 1) ;
  return -1 ;
}

/* Where opening takes its time, the threads that wait for something to do open the subdirectories side by side. */
static void offer_below (struct treeworker *k)
{
  struct dirstack_frame const *f = dirstack_top(&k->stack) ;
  size_t left = f->names.len - f->next ;
  unsigned int tasks = 0 ;
  if (!crew_waits(&k->walk->crew) || left <= name_length(f->names.s + f->next)) return ;
  for (left = f->next ; left < f->names.len ; left += name_length(f->names.s + left)) tasks++ ;
  offer(k, tasks) ;
}

/* Goes on with the subdirectories of the deepest directory until it is in one of them. Returns -1 without memory. */
static int enter (struct treeworker *k)
{
  struct dirstack_frame *f = dirstack_top(&k->stack) ;
  struct inode inode ;
  size_t from = 0, to ;
  int fd = -1 ;
  k->list = (struct dirqueue_list){ .s = f->names.s, .next = f->next, .len = f->names.len, .length = &name_length, .owner = k } ;
  while (fd == -1 && claim(k, 1, &from, &to))
  {
    look_at_clock(k) ;
    offer_below(k) ;
    fd = open_below(k, f->names.s + from, &inode) ;
    if (fd >= 0 && hand_over(k, fd, &inode, f->names.s + from)) fd = -1 ;
  }
  withdraw(k) ;
  f->next = k->list.next ;
  if (fd == -1 || dirstack_push(&k->stack, fd, &inode, f->names.s + from) == 0) return 0 ;
  return (fd_close(fd), -1) ;
}

static int add_name (struct treeworker *k, char const *s)
{
  int r ;
  pthread_mutex_lock(&k->walk->lock) ;
  r = stralloc_catb(&dirstack_top(&k->stack)->names, s, strlen(s) + 1) ? 0 : -1 ;
  pthread_mutex_unlock(&k->walk->lock) ;
  return r ;
}

/* An entry that owner has read. Returns -1 without memory. */
static int look_at (struct treeworker *k, struct treeworker *owner, struct dirent64 const *d)
{
  if (is_dot(d->d_name)) return 0 ;
  if (++k->unticked >= TICK) treeworker_tick(k) ;
  /* a directory is looked at when it is open, everything else now: d_type is believed by neither */
  if (d->d_type == DT_DIR || !visit(owner, d->d_name, 0)) return 0 ;
  return add_name(owner, d->d_name) ;
}

/* The entries that owner, which may be k itself, has read, as long as there are any. Returns -1 without memory. */
static int look_at_entries (struct treeworker *k, struct treeworker *owner)
{
  size_t from, to ;
  for (;;)
  {
    int slow = crew_waits(&k->walk->crew) ;
    if (!claim(owner, slow ? 1 : CLAIM, &from, &to)) return 0 ;
    for (; from < to ; from += entry_length(owner->list.s + from))
    {
      if (look_at(k, owner, (void const *)(owner->list.s + from)) == -1) return -1 ;
      look_at_clock(k) ;
    }
    if (k == owner && owner->list.len - to >= (slow ? 1 : WORTH_BYTES)) offer(k, (unsigned int)(owner->list.len - to) / ENTRY_SIZE) ;
  }
}

static int keep_directories (struct treeworker *k)
{
  struct dirstack_frame *f = dirstack_top(&k->stack) ;
  size_t i = 0 ;
  for (; i < k->list.len ; i += entry_length(k->list.s + i))
  {
    struct dirent64 const *d = (void const *)(k->list.s + i) ;
    f->resume = d->d_off ;
    if (d->d_type == DT_DIR && !is_dot(d->d_name) && !stralloc_catb(&f->names, d->d_name, strlen(d->d_name) + 1)) return -1 ;
  }
  return 0 ;
}

/* Reads the deepest directory on, until its end or until there are many names. Returns -1 without memory. */
static int read_on (struct treeworker *k)
{
  struct dirstack_frame *f = dirstack_top(&k->stack) ;
  f->names.len = f->next = 0 ;
  f->more = 0 ;
  while (!f->more)
  {
    int r ;
    ssize_t n = getdents64(f->fd, k->buf, TREEWORKER_BUFFER_SIZE) ;
    if (n == -1) report(k, 0, errno) ;
    if (n <= 0) return 0 ;
    k->list = (struct dirqueue_list){ .s = k->buf, .len = (size_t)n, .length = &entry_length, .owner = k } ;
    if (keep_directories(k) == -1) return -1 ;
    r = look_at_entries(k, k) ;
    withdraw(k) ;
    if (r == -1) return -1 ;
    f->more = f->names.len > NAMES_MAX - TREEWORKER_BUFFER_SIZE ;
  }
  return 0 ;
}

int treeworker_descend (struct treeworker *k, struct dirqueue_task const *task)
{
  if (dirstack_push(&k->stack, task->fd, &task->inode, task->path) == -1) return (fd_close(task->fd), -1) ;
  while (k->stack.depth && !k->walk->error)
  {
    struct dirstack_frame const *f = dirstack_top(&k->stack) ;
    if (f->next < f->names.len)
    {
      if (enter(k) == -1) return -1 ;
    }
    else if (!f->more) leave(k) ;
    else if (read_on(k) == -1) return -1 ;
  }
  return 0 ;
}

int treeworker_help (struct treeworker *k, struct dirqueue_list *list)
{
  struct treeworker *owner = list->owner ;
  struct dirqueue_task task = { .fd = -1 } ;
  size_t from, to ;
  int r = 0 ;
  if (list->length == &entry_length) r = look_at_entries(k, owner) ;
  else if (dirqueue_claim(&k->walk->queue, list, 1, &from, &to))
  {
    task.fd = open_below(owner, list->s + from, &task.inode) ;
    if (task.fd >= 0 && !(task.path = path_below(owner, list->s + from))) { fd_close(task.fd) ; task.fd = r = -1 ; }
  }
  dirqueue_leave_list(&k->walk->queue, list) ;
  if (task.fd == -1) return r ;
  r = treeworker_descend(k, &task) ;
  free(task.path) ;
  return r ;
}
