/* ISC license. */

/* treewalk, with treeworker, dirstack and dirqueue, which have no other user. */

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "unit.h"
#include "treewalk.h"

struct tally
{
  atomic_uint entries, dirs, failures, ticks ;
  atomic_int e, secret ;
  atomic_int inside, most ; /* in the visitor now, and at most */
  atomic_uchar *visited ;   /* by the number that is an entry's name */
  int dir ;                 /* the scratch directory */
  int moved, flat ;
} ;

static int count_entry (void *data, struct treewalk_dir const *dir, char const *name, int closed)
{
  struct tally *t = data ;
  struct inode now ;
  int r = inode_stat(dir->fd, name, &now) ;
  if (r == 0 && S_ISDIR(now.mode) && !closed) return 1 ;
  t->entries++ ;
  if (!strcmp(name, "secret")) t->secret = 1 ;
  if (r == -1 || strncmp(dir->path, "TOP", 3)) t->failures++ ;
  return 0 ;
}

static void count_dir (void *data, struct treewalk_dir const *dir)
{
  struct tally *t = data ;
  (void)dir ;
  t->dirs++ ;
}

static void count_failure (void *data, struct treewalk_dir const *dir, char const *name, int e)
{
  struct tally *t = data ;
  (void)dir ;
  (void)name ;
  t->failures++ ;
  t->e = e ;
}

static void count_tick (void *data, unsigned int n)
{
  struct tally *t = data ;
  t->ticks += n ;
}

static struct treewalk_visitor visitor_of (struct tally *t)
{
  return (struct treewalk_visitor){ .entry = &count_entry, .leave = &count_dir, .failed = &count_failure, .tick = &count_tick, .data = t } ;
}

static int open_dir (int dir, char const *name)
{
  int fd = openat(dir, name, O_RDONLY | O_DIRECTORY) ;
  assert_true(fd >= 0) ;
  return fd ;
}

static void limited (struct tally *t, int dir, unsigned int threads, unsigned int fds)
{
  struct treewalk_visitor const v = visitor_of(t) ;
  assert_int_equal(treewalk_limited(open_dir(dir, "."), "TOP", &v, threads, threads, fds), 0) ;
}

static void make_dir (int dir, char const *name)
{
  assert_int_equal(mkdirat(dir, name, 0755), 0) ;
}

static void make_chain (int dir, unsigned int levels)
{
  int fd = dup(dir) ;
  for (; levels ; levels--)
  {
    int next ;
    make_dir(fd, "d") ;
    if (levels % 2) puts_in(fd, "f", "") ;
    next = open_dir(fd, "d") ;
    close(fd) ;
    fd = next ;
  }
  close(fd) ;
}

/* deeper than fstree_remove goes */
static void remove_chain (int dir)
{
  while (faccessat(dir, "d", F_OK, 0) == 0)
  {
    unlinkat(dir, "d/f", 0) ;
    renameat(dir, "d/d", dir, "next") ;
    assert_int_equal(unlinkat(dir, "d", AT_REMOVEDIR), 0) ;
    renameat(dir, "next", dir, "d") ;
  }
}

static void depth_has_no_limit (void **state)
{
  int dir = *(int *)*state ;
  struct tally t = { .dir = dir } ;
  unsigned int fds = 0 ;
  make_chain(dir, 6000) ;
  for (; fds <= 64 ; fds += 32)
  {
    t.entries = t.dirs = t.ticks = 0 ;
    limited(&t, dir, 4, fds) ;
    assert_int_equal(t.failures, 0) ;
    assert_int_equal(t.dirs, 6001) ;
    assert_int_equal(t.entries, 3000) ;
    assert_int_equal(t.ticks, 9000) ;
  }
  remove_chain(dir) ;
}

static void low_descriptor_limit_is_kept (void **state)
{
  int dir = *(int *)*state ;
  struct rlimit old, low ;
  struct tally t = { .dir = dir } ;
  struct treewalk_visitor const v = visitor_of(&t) ;
  int fd, r, i = 0, j ;
  make_chain(dir, 100) ;
  for (; i < 60 ; i++)
  {
    char name[32] ;
    snprintf(name, sizeof name, "w%d", i) ;
    make_dir(dir, name) ;
    for (j = 0 ; j < 60 ; j++) { snprintf(name, sizeof name, "w%d/%d", i, j) ; make_dir(dir, name) ; }
  }
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0) ;
  low = old ;
  for (low.rlim_cur = 16 ; low.rlim_cur <= 64 ; low.rlim_cur *= 2)
  {
    t.dirs = 0 ;
    fd = open_dir(dir, ".") ;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0) ;
    r = treewalk(fd, "TOP", &v) ;
    setrlimit(RLIMIT_NOFILE, &old) ;
    assert_int_equal(r, 0) ;
    assert_int_equal(t.failures, 0) ;
    assert_int_equal(t.dirs, 101 + 60 + 3600) ;
  }
  remove_chain(dir) ;
}

/* names that do not all fit between two readings of a directory, which is closed meanwhile */
static void many_subdirectories_are_each_visited_once (void **state)
{
  int dir = *(int *)*state ;
  struct tally t = { .dir = dir } ;
  char name[240] ;
  int wide, i = 0 ;
  make_dir(dir, "up") ;
  make_dir(dir, "up/wide") ;
  wide = open_dir(dir, "up/wide") ;
  for (; i < 1500 ; i++)
  {
    memset(name, 'n', sizeof name) ;
    snprintf(name + 200, sizeof name - 200, "%d", i) ;
    make_dir(wide, name) ;
    strcat(name, "/x") ;
    make_dir(wide, name) ;
    strcat(name, "/f") ;
    puts_in(wide, name, "") ;
  }
  close(wide) ;
  limited(&t, dir, 1, 0) ;
  assert_int_equal(t.failures, 0) ;
  assert_int_equal(t.dirs, 3 + 3000) ;
  assert_int_equal(t.entries, 1500) ;
  t.dirs = t.entries = 0 ;
  limited(&t, dir, 8, 200) ;
  assert_int_equal(t.failures, 0) ;
  assert_int_equal(t.dirs, 3 + 3000) ;
  assert_int_equal(t.entries, 1500) ;
}

static void links_are_entries (void **state)
{
  int dir = *(int *)*state ;
  struct tally t = { .dir = dir } ;
  make_dir(dir, "tree") ;
  make_dir(dir, "out") ;
  puts_in(dir, "out/secret", "") ;
  assert_int_equal(symlinkat("../out", dir, "tree/link"), 0) ;
  assert_int_equal(symlinkat("nowhere", dir, "tree/dangling"), 0) ;
  assert_int_equal(symlinkat(".", dir, "tree/loop"), 0) ;
  {
    struct treewalk_visitor const v = visitor_of(&t) ;
    assert_int_equal(treewalk(open_dir(dir, "tree"), "TOP", &v), 0) ;
  }
  assert_int_equal(t.secret | (int)t.failures, 0) ;
  assert_int_equal(t.entries, 3) ;
  assert_int_equal(t.dirs, 1) ;
}

/* takes the first directory that it gets into out of the tree, to where its brothers have namesakes */
static int move_away (void *data, struct treewalk_dir const *dir, char const *name, int closed)
{
  struct tally *t = data ;
  int r = count_entry(data, dir, name, closed) ;
  if (!t->moved && !strncmp(dir->path, "TOP/a/s", 7))
  {
    char from[32], to[32] ;
    snprintf(from, sizeof from, "tree/a/s%c", dir->path[7]) ;
    snprintf(to, sizeof to, "out/m%c", dir->path[7]) ;
    assert_int_equal(renameat(t->dir, from, t->dir, to), 0) ;
    t->moved = 1 ;
  }
  return r ;
}

static void a_moved_directory_does_not_lead_outside (void **state)
{
  int dir = *(int *)*state ;
  struct tally t = { .dir = dir } ;
  struct treewalk_visitor v = visitor_of(&t) ;
  char name[32] ;
  int i = 0 ;
  make_dir(dir, "tree") ;
  make_dir(dir, "out") ;
  make_dir(dir, "tree/a") ;
  for (; i < 4 ; i++)
  {
    snprintf(name, sizeof name, "tree/a/s%d", i) ; make_dir(dir, name) ;
    strcat(name, "/c") ; make_dir(dir, name) ;
    strcat(name, "/d") ; make_dir(dir, name) ;
    strcat(name, "/f") ; puts_in(dir, name, "") ;
    snprintf(name, sizeof name, "out/s%d", i) ; make_dir(dir, name) ;
    strcat(name, "/secret") ; puts_in(dir, name, "") ;
  }
  v.entry = &move_away ;
  assert_int_equal(treewalk_limited(open_dir(dir, "tree"), "TOP", &v, 1, 1, 0), 0) ;
  assert_int_equal(t.moved, 1) ;
  assert_int_equal(t.secret, 0) ;
  assert_int_equal(t.failures, 1) ;
  assert_int_equal(t.e, ESTALE) ;
}

/* a directory that becomes a link between being read and being opened */
static int swap_for_link (void *data, struct treewalk_dir const *dir, char const *name, int closed)
{
  struct tally *t = data ;
  int r = count_entry(data, dir, name, closed) ;
  if (t->moved) return r ;
  t->moved = 1 ;
  assert_int_equal(renameat2(t->dir, "tree/d", t->dir, "link", RENAME_EXCHANGE), 0) ;
  return r ;
}

static void a_directory_swapped_for_a_link_is_not_followed (void **state)
{
  int dir = *(int *)*state ;
  struct tally t = { .dir = dir } ;
  struct treewalk_visitor v = visitor_of(&t) ;
  make_dir(dir, "tree") ;
  make_dir(dir, "tree/d") ;
  puts_in(dir, "tree/f", "") ;
  make_dir(dir, "out") ;
  puts_in(dir, "out/secret", "") ;
  assert_int_equal(symlinkat("../out", dir, "link"), 0) ;
  v.entry = &swap_for_link ;
  assert_int_equal(treewalk(open_dir(dir, "tree"), "TOP", &v), 0) ;
  assert_int_equal(t.moved, 1) ;
  assert_int_equal(t.secret, 0) ;
  assert_int_equal(t.failures, 0) ;
  assert_int_equal(t.entries, 2) ;
  assert_int_equal(t.dirs, 1) ;
}

static void nap (void)
{
  struct timespec const ms = { .tv_nsec = 1000000 } ;
  nanosleep(&ms, 0) ;
}

/* as on a file system that lets one wait */
static int wait_for_entry (void *data, struct treewalk_dir const *dir, char const *name, int closed)
{
  struct tally *t = data ;
  int n = ++t->inside, most = t->most ;
  while (n > most && !atomic_compare_exchange_weak(&t->most, &most, n)) ;
  nap() ;
  t->inside-- ;
  t->visited[strtoul(name, 0, 10)]++ ;
  return count_entry(data, dir, name, closed) ;
}

static void wait_for_dir (void *data, struct treewalk_dir const *dir)
{
  struct tally *t = data ;
  nap() ;
  /* not before all in it is done */
  if (t->flat && t->inside) t->failures++ ;
  count_dir(data, dir) ;
}

/* Files 0, 1, ... n - 1 in so many directories, or all in dir. */
static void make_numbered (int dir, unsigned int n, unsigned int dirs)
{
  unsigned int i = 0 ;
  char name[32] ;
  for (; i < dirs ; i++)
  {
    snprintf(name, sizeof name, "d%u", i) ;
    make_dir(dir, name) ;
  }
  for (i = 0 ; i < n ; i++)
  {
    if (dirs) snprintf(name, sizeof name, "d%u/%u", i % dirs, i) ;
    else snprintf(name, sizeof name, "%u", i) ;
    puts_in(dir, name, "") ;
  }
}

static void assert_walk_of_numbered (int dir, unsigned int n, unsigned int dirs, unsigned int processors, unsigned int threads, int slow)
{
  struct tally t = { .dir = dir, .flat = !dirs } ;
  struct treewalk_visitor v = visitor_of(&t) ;
  unsigned int i = 0 ;
  t.visited = calloc(n, sizeof *t.visited) ;
  v.entry = &wait_for_entry ;
  v.leave = &wait_for_dir ;
  assert_int_equal(treewalk_limited(open_dir(dir, "."), "TOP", &v, processors, threads, 1000), 0) ;
  for (; i < n ; i++) assert_int_equal(t.visited[i], 1) ;
  free(t.visited) ;
  assert_int_equal(t.entries, n) ;
  assert_int_equal(t.ticks, n + dirs) ;
  assert_int_equal(t.dirs, dirs + 1) ;
  assert_int_equal(t.failures, 0) ;
  if (slow) assert_in_range(t.most, processors + 1, threads) ;
  else assert_in_range(t.most, 1, processors) ;
}

/* Two threads that are to meet. */
struct meeting
{
  pthread_mutex_t lock ;
  pthread_cond_t changed ;
  pthread_t first ;
  unsigned int entries ;
  int met, late ;
} ;

#define MEET_AT 3000   /* entries: a second thread is worth its while before */
#define MEET_SECONDS 20

static int meet (void *data, struct treewalk_dir const *dir, char const *name, int closed)
{
  struct meeting *m = data ;
  struct inode now ;
  if (!closed && inode_stat(dir->fd, name, &now) == 0 && S_ISDIR(now.mode)) return 1 ;
  pthread_mutex_lock(&m->lock) ;
  if (!m->entries++) m->first = pthread_self() ;
  else if (!pthread_equal(m->first, pthread_self()))
  {
    m->met = 1 ;
    pthread_cond_broadcast(&m->changed) ;
  }
  else if (m->entries >= MEET_AT && !m->met && !m->late)
  {
    struct timespec end ;
    clock_gettime(CLOCK_REALTIME, &end) ;
    end.tv_sec += MEET_SECONDS ;
    while (!m->met && !m->late) m->late = !!pthread_cond_timedwait(&m->changed, &m->lock, &end) ;
  }
  pthread_mutex_unlock(&m->lock) ;
  return 0 ;
}

static void nothing_of_a_tick (void *data, unsigned int n)
{
  (void)data ;
  (void)n ;
}

/* The queue is full before a second thread is worth its while, and stays so. */
static void more_directories_than_the_queue_holds_have_two_threads (void **state)
{
  int dir = *(int *)*state ;
  struct meeting m = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER } ;
  struct treewalk_visitor const v = { .entry = &meet, .tick = &nothing_of_a_tick, .data = &m } ;
  make_numbered(dir, 8000, 40) ;
  assert_int_equal(treewalk_limited(open_dir(dir, "."), "TOP", &v, 2, 2, 64), 0) ;
  assert_int_equal(m.entries, 8000) ;
  assert_true(m.met) ;
}

static void where_entries_take_their_time_many_threads_share_one_directory (void **state)
{
  int dir = *(int *)*state ;
  make_numbered(dir, 1000, 0) ;
  assert_walk_of_numbered(dir, 1000, 0, 1, 64, 1) ;
  assert_walk_of_numbered(dir, 1000, 0, 2, 5, 1) ;
  assert_walk_of_numbered(dir, 1000, 0, 2, 2, 0) ;
}

static void where_entries_take_their_time_many_threads_share_the_directories (void **state)
{
  int dir = *(int *)*state ;
  make_numbered(dir, 800, 200) ;
  assert_walk_of_numbered(dir, 800, 200, 1, 64, 1) ;
  assert_walk_of_numbered(dir, 800, 200, 2, 64, 1) ;
}

static int mark_entry (void *data, struct treewalk_dir const *dir, char const *name, int closed)
{
  struct tally *t = data ;
  t->visited[strtoul(name, 0, 10)]++ ;
  return count_entry(data, dir, name, closed) ;
}

static void a_large_directory_is_shared_among_the_processors (void **state)
{
  int dir = *(int *)*state ;
  unsigned int n = 20000, i = 0 ;
  struct tally t = { .dir = dir } ;
  struct treewalk_visitor v = visitor_of(&t) ;
  v.entry = &mark_entry ;
  make_numbered(dir, n, 0) ;
  t.visited = calloc(n, sizeof *t.visited) ;
  assert_int_equal(treewalk_limited(open_dir(dir, "."), "TOP", &v, 4, 4, 1000), 0) ;
  for (; i < n ; i++) assert_int_equal(t.visited[i], 1) ;
  free(t.visited) ;
  assert_int_equal(t.entries, n) ;
  assert_int_equal(t.ticks, n) ;
  assert_int_equal(t.failures, 0) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(more_directories_than_the_queue_holds_have_two_threads),
    SCRATCH(where_entries_take_their_time_many_threads_share_one_directory),
    SCRATCH(where_entries_take_their_time_many_threads_share_the_directories),
    SCRATCH(a_large_directory_is_shared_among_the_processors),
    SCRATCH(depth_has_no_limit),
    SCRATCH(low_descriptor_limit_is_kept),
    SCRATCH(many_subdirectories_are_each_visited_once),
    SCRATCH(links_are_entries),
    SCRATCH(a_moved_directory_does_not_lead_outside),
    SCRATCH(a_directory_swapped_for_a_link_is_not_followed)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
