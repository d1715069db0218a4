/* ISC license. */

/* fstree, accessat, atomicfile, lockfile, exitcode, cmdpid: the units that touch directories we own. */

#include <signal.h>
#include <sys/wait.h>

#include "unit.h"
#include "accessat.h"
#include "regularfile.h"
#include "shortfile.h"
#include "atomicfile.h"
#include "cmdpid.h"
#include "exitcode.h"
#include "lockfile.h"

static void removal_follows_no_link (void **state)
{
  int dir = *(int *)*state ;
  mkdirat(dir, "keep", 0755) ;
  puts_in(dir, "keep/file", "x") ;
  mkdirat(dir, "go", 0755) ;
  mkdirat(dir, "go/deep", 0755) ;
  puts_in(dir, "go/deep/f", "") ;
  assert_int_equal(symlinkat("../keep", dir, "go/link"), 0) ;
  assert_int_equal(symlinkat("keep", dir, "toplink"), 0) ;
  assert_int_equal(fstree_remove(dir, "go"), 0) ;
  assert_int_equal(fstree_remove(dir, "toplink"), 0) ;
  assert_int_equal(fstree_remove(dir, "never-there"), 0) ;
  assert_content(dir, "keep/file", "x", 1) ;
  assert_int_equal(faccessat(dir, "go", F_OK, 0), -1) ;
}

static void removal_bounds_its_depth (void **state)
{
  int dir = *(int *)*state ;
  int fd = dup(dir), half = -1, i = 0 ;
  for (; i < 100 ; i++)
  {
    int next ;
    assert_int_equal(mkdirat(fd, "d", 0755), 0) ;
    next = openat(fd, "d", O_RDONLY | O_DIRECTORY) ;
    assert_true(next >= 0) ;
    if (i == 50) half = dup(next) ;
    close(fd) ;
    fd = next ;
  }
  close(fd) ;
  assert_int_equal(fstree_remove(dir, "d"), -1) ;
  assert_int_equal(errno, ELOOP) ;
  assert_int_equal(fstree_remove(half, "d"), 0) ;
  close(half) ;
  assert_int_equal(fstree_remove(dir, "d"), 0) ;
}

static void list_is_sorted_and_bounded (void **state)
{
  int dir = *(int *)*state ;
  char list[8] ;
  mkdirat(dir, "l", 0755) ;
  puts_in(dir, "l/b", "") ;
  puts_in(dir, "l/a", "") ;
  puts_in(dir, "l/.hidden", "") ;
  assert_int_equal(fstree_list(dir, "l", list, sizeof list), 2) ;
  assert_string_equal(list, "a, b") ;
  puts_in(dir, "l/cccccccc", "") ;
  assert_int_equal(fstree_list(dir, "l", list, sizeof list), 3) ;
  assert_string_equal(list, "a, b") ;
  assert_int_equal(fstree_list(dir, "none", list, sizeof list), 0) ;
}

static void write_replaces_even_a_link (void **state)
{
  int dir = *(int *)*state ;
  struct stat st ;
  puts_in(dir, "victim", "untouched") ;
  assert_int_equal(symlinkat("victim", dir, "f"), 0) ;
  assert_int_equal(atomicfile_write(dir, "f", "new", 3, 0640), 0) ;
  assert_content(dir, "f", "new", 3) ;
  assert_content(dir, "victim", "untouched", 9) ;
  assert_int_equal(fstatat(dir, "f", &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_mode, S_IFREG | 0640) ;
  assert_int_equal(fstree_list(dir, ".", 0, 0), 2) ;
}

static void install_gives_it_away_and_spares_what_is_there (void **state)
{
  int dir = *(int *)*state ;
  struct stat const attributes = { .st_mode = 0640, .st_uid = 12, .st_gid = 34 } ;
  struct stat st ;
  assert_int_equal(atomicfile_install(dir, "f", "one", 3, &attributes, 0), 0) ;
  assert_int_equal(fstatat(dir, "f", &st, 0), 0) ;
  assert_int_equal(st.st_uid, 12) ;
  assert_int_equal(st.st_gid, 34) ;
  assert_int_equal(st.st_mode, S_IFREG | 0640) ;
  assert_int_equal(atomicfile_install(dir, "f", "two", 3, &attributes, 0), -1) ;
  assert_int_equal(errno, EEXIST) ;
  assert_content(dir, "f", "one", 3) ;
  assert_int_equal(atomicfile_install(dir, "f", "two", 3, &attributes, 1), 0) ;
  assert_content(dir, "f", "two", 3) ;
  assert_int_equal(fstree_list(dir, ".", 0, 0), 1) ;
}

static void lock_names_its_holder (void **state)
{
  int dir = *(int *)*state ;
  int go[2], ready[2], wstat ;
  char c ;
  pid_t pid ;
  assert_int_equal(lockfile_holder(dir, "lock"), 0) ;
  assert_int_equal(pipe(go) | pipe(ready), 0) ;
  pid = fork() ;
  if (!pid)
  {
    int ok = lockfile_take(dir, "lock") >= 0 ;
    if (write(ready[1], "", 1) != 1 || read(go[0], &c, 1) != 1) ok = 0 ;
    _exit(!ok) ;
  }
  assert_int_equal(read(ready[0], &c, 1), 1) ;
  assert_int_equal(lockfile_holder(dir, "lock"), pid) ;
  assert_int_equal(lockfile_signal(dir, "lock", SIGCONT), 1) ;
  assert_int_equal(lockfile_take(dir, "lock"), -1) ;
  assert_int_equal(errno, EBUSY) ;
  assert_int_equal(lockfile_wait(dir, "lock", 1), -1) ;
  assert_int_equal(errno, EINTR) ;
  assert_int_equal(write(go[1], "", 1), 1) ;
  assert_int_equal(lockfile_wait(dir, "lock", UINT32_MAX), 0) ;
  assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
  assert_int_equal(wstat, 0) ;
  assert_int_equal(lockfile_holder(dir, "lock"), 0) ;
  assert_int_equal(lockfile_signal(dir, "lock", SIGKILL), 0) ;
  assert_int_equal(lockfile_signal(dir, "none", SIGKILL), 0) ;
}

static void exit_code_is_read_and_written (void **state)
{
  int dir = *(int *)*state ;
  assert_int_equal(exitcode_read(dir), 0) ;
  assert_int_equal(mkdirat(dir, "s6-linux-init-container-results", 0755), 0) ;
  assert_int_equal(exitcode_write(dir, 139), 0) ;
  assert_int_equal(exitcode_read(dir), 139) ;
  puts_in(dir, "s6-linux-init-container-results/exitcode", "7") ;
  assert_int_equal(exitcode_read(dir), 7) ;
  puts_in(dir, "s6-linux-init-container-results/exitcode", "256\n") ;
  assert_int_equal(exitcode_read(dir), -1) ;
  puts_in(dir, "s6-linux-init-container-results/exitcode", "bad") ;
  assert_int_equal(exitcode_read(dir), -1) ;
}

static void pid_of_the_command_is_no_group (void **state)
{
  static char const *const bad[] = { "0\n", "1\n", "-5\n", "junk", "" } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  mkdirat(dir, "s6", 0755) ;
  assert_int_equal(cmdpid_read(dir), 0) ;
  assert_int_equal(cmdpid_write(dir, 4711), 0) ;
  assert_int_equal(cmdpid_read(dir), 4711) ;
  for (; i < sizeof bad / sizeof bad[0] ; i++)
  {
    cmdpid_remove(dir) ;
    puts_in(dir, "s6/cmdpid", bad[i]) ;
    assert_int_equal(cmdpid_read(dir), 0) ;
  }
  cmdpid_remove(dir) ;
  assert_int_equal(faccessat(dir, "s6/cmdpid", F_OK, 0), -1) ;
}

static void the_start_of_a_file_is_read (void **state)
{
  int dir = *(int *)*state ;
  char buf[4] = "xyz" ;
  puts_in(dir, "file", "abcdef") ;
  puts_in(dir, "empty", "") ;
  assert_int_equal(shortfile_read(dir, "file", buf, sizeof buf), 3) ;
  assert_string_equal(buf, "abc") ;
  assert_int_equal(shortfile_read(dir, "empty", buf, sizeof buf), 0) ;
  assert_string_equal(buf, "") ;
  assert_int_equal(symlinkat("file", dir, "link"), 0) ;
  assert_int_equal(shortfile_read(dir, "link", buf, sizeof buf), -1) ;
  assert_int_equal(errno, ELOOP) ;
  assert_int_equal(mkdirat(dir, "dir", 0755), 0) ;
  assert_int_equal(shortfile_read(dir, "dir", buf, sizeof buf), -1) ;
  assert_int_equal(errno, EISDIR) ;
  assert_int_equal(mkfifoat(dir, "fifo", 0600), 0) ;
  assert_int_equal(shortfile_read(dir, "fifo", buf, sizeof buf), 0) ;
}

static void assert_not_opened (int dir, char const *name, int flags, int e)
{
  assert_int_equal(regularfile_open(dir, name, O_RDONLY | flags), -1) ;
  assert_int_equal(errno, e) ;
}

static void nothing_but_regular_files_is_opened (void **state)
{
  int dir = *(int *)*state ;
  int fd ;
  put(dir, "file", "abc", 3, 0600) ;
  assert_int_equal(symlinkat("file", dir, "link"), 0) ;
  assert_int_equal(mkdirat(dir, "dir", 0755), 0) ;
  assert_int_equal(mkfifoat(dir, "fifo", 0600), 0) ;
  assert_int_equal(symlinkat("fifo", dir, "tofifo"), 0) ;
  assert_not_opened(dir, "none", 0, ENOENT) ;
  assert_not_opened(dir, "dir", 0, EISDIR) ;
  assert_not_opened(dir, "fifo", 0, EINVAL) ;
  assert_not_opened(dir, "tofifo", 0, EINVAL) ;
  assert_not_opened(dir, "link", O_NOFOLLOW, ELOOP) ;
  fd = regularfile_open(dir, "link", O_RDONLY) ;
  assert_true(fd >= 0) ;
  assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC) ;
  close(fd) ;
}

static void assert_read (int dir, char const *name, size_t max, int e, size_t len)
{
  stralloc sa = STRALLOC_ZERO ;
  int r ;
  int fd = openat(dir, name, O_RDONLY | O_NONBLOCK) ;
  assert_true(stralloc_cats(&sa, "before")) ;
  errno = 0 ;
  r = regularfile_read(fd, max, &sa) ;
  assert_int_equal(r == -1 ? errno : 0, e) ;
  assert_int_equal(sa.len, 6 + (e ? 0 : len)) ;
  if (!e) assert_int_equal(strlen(sa.s), sa.len) ;
  assert_memory_equal(sa.s, "before", 6) ;
  close(fd) ;
  stralloc_free(&sa) ;
}

static void regular_files_are_read_up_to_a_bound (void **state)
{
  static char text[20000] ;
  static size_t const sizes[] = { 0, 1, 4095, 4096, 4097, 8192, sizeof text } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  memset(text, 'x', sizeof text) ;
  for (; i < sizeof sizes / sizeof sizes[0] ; i++)
  {
    put(dir, "file", text, sizes[i], 0600) ;
    assert_read(dir, "file", sizes[i], 0, sizes[i]) ;
    assert_read(dir, "file", sizeof text, 0, sizes[i]) ;
    if (sizes[i]) assert_read(dir, "file", sizes[i] - 1, EFBIG, 0) ;
  }
  assert_int_equal(mkdirat(dir, "dir", 0700), 0) ;
  assert_read(dir, "dir", 10, EINVAL, 0) ;
  assert_int_equal(mkfifoat(dir, "fifo", 0600), 0) ;
  assert_read(dir, "fifo", 10, EINVAL, 0) ;
}

/* Its size says nothing: what /proc has is of size 0. */
static void the_bound_holds_whatever_the_size_says (void **state)
{
  int proc = open("/proc/self", O_RDONLY | O_DIRECTORY) ;
  (void)state ;
  assert_read(proc, "status", 10, EFBIG, 0) ;
  close(proc) ;
}

static void access_is_asked_through_links (void **state)
{
  int dir = *(int *)*state ;
  put(dir, "program", "", 0, 0755) ;
  puts_in(dir, "text", "") ;
  assert_int_equal(symlinkat("program", dir, "link"), 0) ;
  assert_int_equal(symlinkat("never-there", dir, "dangling"), 0) ;
  assert_int_equal(accessat(dir, "link", R_OK | X_OK), 0) ;
  assert_int_equal(accessat(dir, "text", F_OK), 0) ;
  assert_int_equal(accessat(dir, "text", X_OK), -1) ;
  assert_int_equal(errno, EACCES) ;
  assert_int_equal(accessat(dir, "dangling", F_OK), -1) ;
  assert_int_equal(errno, ENOENT) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(removal_follows_no_link),
    SCRATCH(removal_bounds_its_depth),
    SCRATCH(list_is_sorted_and_bounded),
    SCRATCH(write_replaces_even_a_link),
    SCRATCH(install_gives_it_away_and_spares_what_is_there),
    SCRATCH(lock_names_its_holder),
    SCRATCH(exit_code_is_read_and_written),
    SCRATCH(pid_of_the_command_is_no_group),
    SCRATCH(the_start_of_a_file_is_read),
    SCRATCH(access_is_asked_through_links),
    SCRATCH(nothing_but_regular_files_is_opened),
    SCRATCH(regular_files_are_read_up_to_a_bound),
    cmocka_unit_test(the_bound_holds_whatever_the_size_says)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
