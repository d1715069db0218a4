/* ISC license. */

#include <sys/syscall.h>
#include <sys/xattr.h>

#include "faults.h"
#include "filemove.h"

/* A directory on another file system than the scratch directory's. */
#define ELSEWHERE "/dev/shm"

static char elsewhere_path[64] ;
static int elsewhere ;

static int setup (void **state)
{
  strcpy(elsewhere_path, ELSEWHERE "/stillroot-unit-XXXXXX") ;
  if (scratch_setup(state) == -1 || !mkdtemp(elsewhere_path)) return -1 ;
  elsewhere = open(elsewhere_path, O_RDONLY | O_DIRECTORY) ;
  return elsewhere == -1 ? -1 : 0 ;
}

static int teardown (void **state)
{
  int parent = open(ELSEWHERE, O_RDONLY | O_DIRECTORY) ;
  int r = fstree_remove(parent, elsewhere_path + sizeof ELSEWHERE) ;
  close(parent) ;
  close(elsewhere) ;
  return scratch_teardown(state) == -1 ? -1 : r ;
}

#define MOVES(f) cmocka_unit_test_setup_teardown(f, &setup, &teardown)

static struct timespec const times[2] = { { 1000000000, 1 }, { 1000000001, 2 } } ;

static int is_there (int dir, char const *name)
{
  struct stat st ;
  return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ;
}

/* Of more than one block, with attributes of all kinds. */
#define CONTENT_LEN 100000
static char content[CONTENT_LEN] ;

static void make_file (int dir)
{
  memset(content, 'x', sizeof content) ;
  put(dir, "a", content, sizeof content, 0600) ;
  assert_int_equal(fchownat(dir, "a", 12, 34, 0), 0) ;
  assert_int_equal(fchmodat(dir, "a", 04755, 0), 0) ;
  assert_int_equal(utimensat(dir, "a", times, 0), 0) ;
}

static void assert_file (int dir, char const *name)
{
  struct stat st ;
  assert_content(dir, name, content, sizeof content) ;
  assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_mode, S_IFREG | 04755) ;
  assert_int_equal(st.st_uid, 12) ;
  assert_int_equal(st.st_gid, 34) ;
  assert_int_equal(st.st_mtim.tv_sec, times[1].tv_sec) ;
  assert_int_equal(st.st_mtim.tv_nsec, times[1].tv_nsec) ;
}

static void a_file_is_moved_over_what_is_there (void **state)
{
  int dir = *(int *)*state ;
  make_file(dir) ;
  puts_in(dir, "b", "old") ;
  assert_int_equal(filemove(dir, "a", dir, "b"), 0) ;
  assert_false(is_there(dir, "a")) ;
  assert_file(dir, "b") ;
}

static void a_file_is_moved_to_another_file_system (void **state)
{
  int dir = *(int *)*state ;
  char value[8] ;
  int fd ;
  make_file(dir) ;
  fd = openat(dir, "a", O_RDONLY) ;
  assert_int_equal(fsetxattr(fd, "trusted.test", "value", 5, 0), 0) ;
  close(fd) ;
  puts_in(elsewhere, "b", "old") ;
  assert_int_equal(filemove(dir, "a", elsewhere, "b"), 0) ;
  assert_false(is_there(dir, "a")) ;
  assert_false(is_there(elsewhere, "b.stillroot")) ;
  assert_file(elsewhere, "b") ;
  fd = openat(elsewhere, "b", O_RDONLY) ;
  assert_int_equal(fgetxattr(fd, "trusted.test", value, sizeof value), 5) ;
  close(fd) ;
}

static void a_link_is_moved_to_another_file_system (void **state)
{
  int dir = *(int *)*state ;
  struct stat st ;
  char target[16] ;
  assert_int_equal(symlinkat("/nowhere", dir, "a"), 0) ;
  assert_int_equal(fchownat(dir, "a", 12, 34, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(utimensat(dir, "a", times, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(filemove(dir, "a", elsewhere, "b"), 0) ;
  assert_false(is_there(dir, "a")) ;
  assert_int_equal(readlinkat(elsewhere, "b", target, sizeof target), 8) ;
  assert_memory_equal(target, "/nowhere", 8) ;
  assert_int_equal(fstatat(elsewhere, "b", &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_uid, 12) ;
  assert_int_equal(st.st_gid, 34) ;
  assert_int_equal(st.st_mtim.tv_sec, times[1].tv_sec) ;
}

static void what_cannot_be_moved_stays (void **state)
{
  int dir = *(int *)*state ;
  assert_int_equal(filemove(dir, "a", dir, "b"), -1) ;
  assert_int_equal(errno, ENOENT) ;
  assert_int_equal(mkfifoat(dir, "a", 0600), 0) ;
  assert_int_equal(filemove(dir, "a", elsewhere, "b"), -1) ;
  assert_int_equal(errno, ENOTSUP) ;
  assert_true(is_there(dir, "a")) ;
  assert_int_equal(unlinkat(dir, "a", 0), 0) ;
  make_file(dir) ;
  assert_int_equal(mkdirat(elsewhere, "b", 0755), 0) ;
  assert_int_equal(filemove(dir, "a", elsewhere, "b"), -1) ;
  assert_int_equal(errno, EISDIR) ;
  assert_file(dir, "a") ;
  assert_false(is_there(elsewhere, "b.stillroot")) ;
}

static int move_away (int dir)
{
  return filemove(dir, "a", elsewhere, "b") == 0 ? 0 : 1 ;
}

static void a_call_that_fails_leaves_it_where_it_was (void **state)
{
  static int const calls[] = { SYS_write, SYS_fchown, SYS_fchmod, SYS_fsync, SYS_utimensat, SYS_flistxattr } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  make_file(dir) ;
  for (; i < sizeof calls / sizeof calls[0] ; i++)
  {
    assert_int_equal(fault_errno(&move_away, dir, calls[i], EIO), 1) ;
    assert_file(dir, "a") ;
    assert_false(is_there(elsewhere, "b")) ;
    assert_false(is_there(elsewhere, "b.stillroot")) ;
  }
}

static void killed_anywhere_one_place_has_all_of_it (void **state)
{
  int dir = *(int *)*state ;
  unsigned int step = 1 ;
  for (;; step++)
  {
    int killed ;
    if (is_there(elsewhere, "b")) assert_int_equal(unlinkat(elsewhere, "b", 0), 0) ;
    make_file(dir) ;
    killed = fault_kill(&move_away, dir, step) ;
    if (is_there(dir, "a"))
    {
      assert_file(dir, "a") ;
      if (is_there(elsewhere, "b"))
      {
        int top = open("/", O_RDONLY | O_DIRECTORY) ;
        char a[80], b[80] ;
        snprintf(a, sizeof a, "%s/a", scratch_path + 1) ;
        snprintf(b, sizeof b, "%s/b", elsewhere_path + 1) ;
        assert_int_equal(filemove_same(top, a, b), 1) ;
        close(top) ;
      }
      assert_int_equal(filemove(dir, "a", elsewhere, "b"), 0) ;
    }
    assert_file(elsewhere, "b") ;
    assert_false(is_there(dir, "a")) ;
    assert_false(is_there(elsewhere, "b.stillroot")) ;
    if (!killed) break ;
  }
  assert_true(step > 20) ;
}

static void what_is_the_same_is_told (void **state)
{
  int dir = *(int *)*state ;
  make_file(dir) ;
  put(dir, "b", content, sizeof content, 0600) ;
  assert_int_equal(filemove_same(dir, "a", "b"), 1) ;
  content[sizeof content - 1] = 'y' ;
  put(dir, "b", content, sizeof content, 0600) ;
  assert_int_equal(filemove_same(dir, "a", "b"), 0) ;
  puts_in(dir, "b", "") ;
  assert_int_equal(filemove_same(dir, "a", "b"), 0) ;
  assert_int_equal(symlinkat("a", dir, "l"), 0) ;
  assert_int_equal(symlinkat("a", dir, "m"), 0) ;
  assert_int_equal(symlinkat("b", dir, "n"), 0) ;
  assert_int_equal(filemove_same(dir, "a", "l"), 0) ;
  assert_int_equal(filemove_same(dir, "l", "m"), 1) ;
  assert_int_equal(filemove_same(dir, "l", "n"), 0) ;
  assert_int_equal(filemove_same(dir, "a", "none"), -1) ;
  /* one, whatever it is called */
  assert_int_equal(filemove_same(dir, "a", "./a"), 0) ;
  assert_int_equal(filemove_same(dir, "l", "./l"), 0) ;
  assert_int_equal(errno, ENOENT) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    MOVES(a_file_is_moved_over_what_is_there),
    MOVES(a_file_is_moved_to_another_file_system),
    MOVES(a_link_is_moved_to_another_file_system),
    MOVES(what_cannot_be_moved_stays),
    MOVES(a_call_that_fails_leaves_it_where_it_was),
    MOVES(killed_anywhere_one_place_has_all_of_it),
    MOVES(what_is_the_same_is_told)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
