/* ISC license. */

#include <sys/wait.h>

#include <skalibs/tai.h>

#include "clock.h"
#include "store.h"
#include "unit.h"

/* of "hello" */
#define HELLO "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static void write_all (int fd, char const *s)
{
  assert_int_equal(write(fd, s, strlen(s)), (ssize_t)strlen(s)) ;
}

static void what_is_whole_gets_its_name (void **state)
{
  int store = *(int *)*state ;
  struct stat st ;
  int fd ;
  assert_int_equal(store_open(store, HELLO), -1) ;
  assert_int_equal(errno, ENOENT) ;
  assert_int_equal(store_progress(store, HELLO), 0) ;
  fd = store_begin(store, HELLO) ;
  assert_true(fd >= 0) ;
  write_all(fd, "hel") ;
  assert_int_equal(store_progress(store, HELLO), 3) ;
  assert_int_equal(store_open(store, HELLO), -1) ;
  write_all(fd, "lo") ;
  assert_int_equal(store_end(store, HELLO, fd), 1) ;
  close(fd) ;
  assert_content(store, HELLO, "hello", 5) ;
  assert_int_equal(fstatat(store, HELLO ".part", &st, 0), -1) ;
  fd = store_open(store, HELLO) ;
  assert_true(fd >= 0) ;
  close(fd) ;
}

static void what_is_not_what_the_digest_says_is_removed (void **state)
{
  int store = *(int *)*state ;
  struct stat st ;
  int fd = store_begin(store, HELLO) ;
  assert_true(fd >= 0) ;
  write_all(fd, "hell") ;
  close(fd) ;
  /* a process that was killed has left that */
  fd = store_begin(store, HELLO) ;
  assert_true(fd >= 0) ;
  assert_int_equal(store_progress(store, HELLO), 0) ;
  write_all(fd, "hallo") ;
  assert_int_equal(store_end(store, HELLO, fd), 0) ;
  close(fd) ;
  assert_int_equal(fstatat(store, HELLO ".part", &st, 0), -1) ;
  assert_int_equal(fstatat(store, HELLO, &st, 0), -1) ;
  /* damaged since */
  puts_in(store, HELLO, "hullo") ;
  assert_int_equal(store_open(store, HELLO), -1) ;
  assert_int_equal(errno, ENOENT) ;
  assert_int_equal(fstatat(store, HELLO, &st, 0), -1) ;
  /* a link is none of ours */
  puts_in(store, "elsewhere", "hello") ;
  assert_int_equal(symlinkat("elsewhere", store, HELLO), 0) ;
  assert_int_equal(store_open(store, HELLO), -1) ;
  assert_int_equal(errno, ELOOP) ;
}

static void one_process_has_the_lock (void **state)
{
  int store = *(int *)*state ;
  tain deadline ;
  char c ;
  int ready[2], until[2], wstat, fd ;
  pid_t pid ;
  assert_int_equal(pipe(ready), 0) ;
  assert_int_equal(pipe(until), 0) ;
  clock_start() ;
  pid = fork() ;
  if (!pid)
  {
    close(until[1]) ;
    if (store_lock(store, HELLO, &tain_infinite) == -1 || write(ready[1], "", 1) != 1) _exit(1) ;
    _exit(read(until[0], &c, 1) == 0 ? 0 : 2) ;
  }
  close(until[0]) ;
  assert_int_equal(read(ready[0], &c, 1), 1) ;
  clock_deadline(&deadline, 1) ;
  assert_int_equal(store_lock(store, HELLO, &deadline), -1) ;
  assert_int_equal(errno, EINTR) ;
  close(until[1]) ;
  /* free at once when its holder is dead */
  fd = store_lock(store, HELLO, &tain_infinite) ;
  assert_true(fd >= 0) ;
  close(fd) ;
  assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
  assert_int_equal(wstat, 0) ;
  close(ready[0]) ;
  close(ready[1]) ;
}

static void tags_are_kept (void **state)
{
  int store = *(int *)*state ;
  char digest[DIGEST_MAX + 1] = "" ;
  assert_int_equal(store_tag(store, "r/a/b:one", digest), 0) ;
  assert_int_equal(store_set_tag(store, "r/a/b:one", HELLO), 0) ;
  assert_int_equal(store_tag(store, "r/a/b:two", digest), 0) ;
  assert_int_equal(store_tag(store, "r/a/b:one", digest), 1) ;
  assert_string_equal(digest, HELLO) ;
  assert_int_equal(store_set_tag(store, "r/a/b:one", "sha256:../../etc/passwd"), 0) ;
  assert_int_equal(store_tag(store, "r/a/b:one", digest), 0) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(what_is_whole_gets_its_name),
    SCRATCH(what_is_not_what_the_digest_says_is_removed),
    SCRATCH(one_process_has_the_lock),
    SCRATCH(tags_are_kept)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
