/* ISC license. */

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "layer.h"
#include "layerstaged.h"

/* A directory of the tree d in the scratch directory. Returns its descriptor. */
static int tree (int dir)
{
  int fd ;
  assert_int_equal(fstree_remove(dir, "d"), 0) ;
  assert_int_equal(mkdirat(dir, "d", 0755), 0) ;
  fd = openat(dir, "d", O_RDONLY | O_DIRECTORY) ;
  assert_true(fd >= 0) ;
  return fd ;
}

static int read_tree (int dir, int fd, struct layer *l, stralloc *why)
{
  int stagefd = stage(dir) ;
  int r = layer_read_directory(fd, stagefd, l, why) ;
  int e = errno ;
  close(stagefd) ;
  errno = e ;
  return r ;
}

static void assert_tree_refused (int dir, int fd, int e, char const *wanted)
{
  struct layer l = LAYER_ZERO ;
  stralloc why = STRALLOC_ZERO ;
  assert_int_equal(read_tree(dir, fd, &l, &why), -1) ;
  assert_int_equal(errno, e) ;
  assert_true(stralloc_0(&why)) ;
  assert_string_equal(why.s, wanted) ;
  assert_null(l.entries) ;
  stralloc_free(&why) ;
  close(fd) ;
}

static void a_directory_is_staged (void **state)
{
  int dir = *(int *)*state ;
  int fd = tree(dir) ;
  struct layer l = LAYER_ZERO ;
  stralloc why = STRALLOC_ZERO ;
  size_t i = 1 ;
  assert_int_equal(mkdirat(fd, "etc", 0700), 0) ;
  assert_int_equal(fchmodat(fd, "etc", 0777, 0), 0) ;
  assert_int_equal(mkdirat(fd, "etc/services.d", 0700), 0) ;
  assert_int_equal(mkdirat(fd, "etc/services.d/x", 0700), 0) ;
  puts_in(fd, "etc/services.d/x/run", "old") ;
  put(fd, "etc/x", "content", 7, 04777) ;
  assert_int_equal(fchownat(fd, "etc/x", 911, 911, 0), 0) ;
  puts_in(fd, "etc/.hidden", "") ;
  assert_int_equal(linkat(fd, "etc/x", fd, "etc/y", 0), 0) ;
  assert_int_equal(symlinkat("/etc/shadow", fd, "l"), 0) ;
  assert_int_equal(read_tree(dir, fd, &l, &why), 0) ;
  assert_int_equal(why.len, 0) ;
  assert_int_equal(l.n, 5) ;
  assert_int_equal(l.nfiles, 4) ;
  assert_int_equal(l.old_style, 1) ;
  for (; i < l.n ; i++) assert_true(strcmp(l.names.s + l.entries[i - 1].path, l.names.s + l.entries[i].path) < 0) ;
  assert_entry(&l, "etc", LAYER_DIRECTORY, 0755) ;
  assert_staged(dir, &l, "etc/x", 0755, "content") ;
  assert_staged(dir, &l, "etc/y", 0755, "content") ;
  assert_staged(dir, &l, "etc/.hidden", 0644, "") ;
  assert_link(dir, &l, "l", "/etc/shadow") ;
  assert_int_equal(count_staged(dir), 4) ;
  layer_free(&l) ;
  /* as before: its offset is where it was */
  assert_int_equal(read_tree(dir, fd, &l, &why), 0) ;
  assert_int_equal(l.n, 5) ;
  layer_free(&l) ;
  close(fd) ;
  fd = tree(dir) ;
  assert_int_equal(read_tree(dir, fd, &l, &why), 0) ;
  assert_int_equal(l.n, 0) ;
  layer_free(&l) ;
  close(fd) ;
}

/* Whatever order the file system has: no more than one of these would be it. */
static void the_order_is_that_of_the_paths (void **state)
{
  static char const *const orders[] = { "abcdefghij", "jihgfedcba", "eajbicfhdg" } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  for (; i < sizeof orders / sizeof orders[0] ; i++)
  {
    struct layer l = LAYER_ZERO ;
    stralloc why = STRALLOC_ZERO ;
    char const *s = orders[i] ;
    char name[2] = "" ;
    size_t n = 0 ;
    int fd = tree(dir) ;
    for (; *s ; s++)
    {
      name[0] = *s ;
      puts_in(fd, name, "") ;
    }
    assert_int_equal(read_tree(dir, fd, &l, &why), 0) ;
    assert_int_equal(l.n, 10) ;
    for (; n < l.n ; n++) assert_int_equal(l.names.s[l.entries[n].path], "abcdefghij"[n]) ;
    layer_free(&l) ;
    close(fd) ;
  }
}

static void what_a_directory_may_not_have (void **state)
{
  int dir = *(int *)*state ;
  char name[256] ;
  int fd, sub, i = 0 ;
  fd = tree(dir) ;
  assert_int_equal(mkfifoat(fd, "fifo", 0600), 0) ;
  assert_tree_refused(dir, fd, EINVAL, "fifo: it is neither a file nor a link nor a directory") ;
  fd = tree(dir) ;
  assert_int_equal(mknodat(fd, "null", S_IFCHR | 0666, makedev(1, 3)), 0) ;
  assert_tree_refused(dir, fd, EINVAL, "null: it is neither a file nor a link nor a directory") ;
  fd = tree(dir) ;
  puts_in(fd, "a\nb", "") ;
  assert_tree_refused(dir, fd, EINVAL, "a?b: its name has control characters") ;
  fd = tree(dir) ;
  puts_in(fd, ".wh.x", "") ;
  assert_tree_refused(dir, fd, EINVAL, ".wh.x: it is a whiteout") ;
  fd = tree(dir) ;
  assert_int_equal(symlinkat("../x", fd, "l"), 0) ;
  assert_tree_refused(dir, fd, EINVAL, "l: it is a link that leads out of the root") ;
  fd = tree(dir) ;
  puts_in(fd, "large", "") ;
  sub = openat(fd, "large", O_WRONLY) ;
  assert_int_equal(ftruncate(sub, 10737418240), 0) ;
  close(sub) ;
  assert_tree_refused(dir, fd, EINVAL, "large: " TOO_MUCH) ;
  fd = tree(dir) ;
  memset(name, 'n', 240) ;
  name[240] = 0 ;
  sub = dup(fd) ;
  for (; i < 18 ; i++)
  {
    int next ;
    assert_int_equal(mkdirat(sub, name, 0755), 0) ;
    next = openat(sub, name, O_RDONLY | O_DIRECTORY) ;
    close(sub) ;
    sub = next ;
  }
  close(sub) ;
  {
    struct layer l = LAYER_ZERO ;
    stralloc why = STRALLOC_ZERO ;
    assert_int_equal(read_tree(dir, fd, &l, &why), -1) ;
    assert_int_equal(errno, ENAMETOOLONG) ;
    stralloc_free(&why) ;
    close(fd) ;
  }
}

/* Exchanges what is inside for links that lead out, until it is killed, or the test ends before that. */
static pid_t exchange (int fd)
{
  pid_t pid = fork() ;
  assert_true(pid >= 0) ;
  if (pid) return pid ;
  prctl(PR_SET_PDEATHSIG, SIGKILL) ;
  for (;;)
  {
    renameat2(fd, "d", fd, "m", RENAME_EXCHANGE) ;
    renameat2(fd, "f", fd, "n", RENAME_EXCHANGE) ;
  }
}

static void what_others_exchange_meanwhile_leads_nowhere (void **state)
{
  int dir = *(int *)*state ;
  int fd = tree(dir) ;
  char path[128] ;
  pid_t pid ;
  unsigned int round = 0, whole = 0 ;
  assert_int_equal(mkdirat(dir, "outside", 0755), 0) ;
  puts_in(dir, "outside/f", "secret") ;
  assert_int_equal(mkdirat(fd, "d", 0755), 0) ;
  puts_in(fd, "d/f", "inside") ;
  puts_in(fd, "f", "inside") ;
  snprintf(path, sizeof path, "%s/outside", scratch_path) ;
  assert_int_equal(symlinkat(path, fd, "m"), 0) ;
  snprintf(path, sizeof path, "%s/outside/f", scratch_path) ;
  assert_int_equal(symlinkat(path, fd, "n"), 0) ;
  pid = exchange(fd) ;
  for (; round < 1000 ; round++)
  {
    struct layer l = LAYER_ZERO ;
    stralloc why = STRALLOC_ZERO ;
    size_t i = 0 ;
    if (read_tree(dir, fd, &l, &why) == 0) whole++ ;
    for (; i < l.n ; i++)
    {
      char const *at = l.names.s + l.entries[i].path ;
      if (l.entries[i].type == LAYER_FILE) assert_staged(dir, &l, at, 0644, "inside") ;
    }
    layer_free(&l) ;
    stralloc_free(&why) ;
  }
  kill(pid, SIGKILL) ;
  waitpid(pid, 0, 0) ;
  close(fd) ;
  assert_true(whole > 0) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(a_directory_is_staged),
    SCRATCH(the_order_is_that_of_the_paths),
    SCRATCH(what_a_directory_may_not_have),
    SCRATCH(what_others_exchange_meanwhile_leads_nowhere)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
