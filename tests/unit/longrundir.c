/* ISC license. */

#include <stdio.h>

#include "unit.h"
#include "longrundir.h"
#include "paths.h"

static char const *target (int dir, char const *name)
{
  static char s[256] ;
  ssize_t n = readlinkat(dir, name, s, sizeof s - 1) ;
  s[n > 0 ? n : 0] = 0 ;
  return s ;
}

/* A definition in dir, with what the names say; and what is no longrun's. */
static int definition (int dir, mode_t run, mode_t finish)
{
  int fd ;
  mkdirat(dir, RUN_LIVE, 0755) ;
  mkdirat(dir, RUN_SERVICEDIRS, 0755) ;
  assert_int_equal(mkdirat(dir, "def", 0755), 0) ;
  fd = openat(dir, "def", O_RDONLY | O_DIRECTORY) ;
  put(fd, "run", "", 0, run) ;
  if (finish) put(fd, "finish", "", 0, finish) ;
  puts_in(fd, "notification-fd", "3") ;
  puts_in(fd, "max-death-tally", "3") ;
  puts_in(fd, "type", "longrun") ;
  puts_in(fd, "down", "") ;
  mkdirat(fd, "data", 0755) ;
  mkdirat(fd, "log", 0755) ;
  mkdirat(fd, "supervise", 0755) ;
  mkdirat(fd, "dependencies.d", 0755) ;
  return fd ;
}

static int exists (int dir, char const *name)
{
  struct stat st ;
  return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ;
}

static void what_is_a_longruns_is_linked (void **state)
{
  int dir = *(int *)*state, helped = -1 ;
  int fd = definition(dir, 0755, 0755) ;
  struct longrundir d = { .name = "svc", .srcfd = fd, .src = "/def" } ;
  assert_int_equal(longrundir_make(dir, "/exe", &d, &helped), 0) ;
  assert_int_equal(helped, 0) ;
  assert_string_equal(target(dir, RUN_SERVICEDIRS "/svc/run"), "/def/run") ;
  assert_string_equal(target(dir, RUN_SERVICEDIRS "/svc/finish"), "/def/finish") ;
  assert_string_equal(target(dir, RUN_SERVICEDIRS "/svc/notification-fd"), "/def/notification-fd") ;
  assert_string_equal(target(dir, RUN_SERVICEDIRS "/svc/max-death-tally"), "/def/max-death-tally") ;
  assert_string_equal(target(dir, RUN_SERVICEDIRS "/svc/data"), "/def/data") ;
  assert_true(exists(dir, RUN_SERVICEDIRS "/svc/down")) ;
  assert_true(exists(dir, RUN_SERVICEDIRS "/svc/event")) ;
  assert_false(exists(dir, RUN_SERVICEDIRS "/svc/log")) ;
  assert_false(exists(dir, RUN_SERVICEDIRS "/svc/type")) ;
  assert_false(exists(dir, RUN_SERVICEDIRS "/svc/supervise")) ;
  assert_false(exists(dir, RUN_SERVICEDIRS "/svc/timeout-kill")) ;
  assert_false(exists(dir, RUN_PIPES)) ;
  assert_int_equal(longrundir_make(dir, "/exe", &d, &helped), -1) ;
  assert_int_equal(errno, EEXIST) ;
  close(fd) ;
}

static void every_file_that_s6_supervise_reads_is_linked (void **state)
{
  static char const *const files[] = { "lock-fd", "timeout-kill", "timeout-finish", "down-signal", "flag-newpidns", "env" } ;
  int dir = *(int *)*state, helped ;
  int fd = definition(dir, 0755, 0) ;
  struct longrundir d = { .name = "svc", .srcfd = fd, .src = "/def" } ;
  size_t i = 0 ;
  for (; i < sizeof files / sizeof files[0] ; i++) puts_in(fd, files[i], "") ;
  assert_int_equal(longrundir_make(dir, "/exe", &d, &helped), 0) ;
  for (i = 0 ; i < sizeof files / sizeof files[0] ; i++)
  {
    char link[64], wanted[64] ;
    snprintf(link, sizeof link, RUN_SERVICEDIRS "/svc/%s", files[i]) ;
    snprintf(wanted, sizeof wanted, "/def/%s", files[i]) ;
    assert_string_equal(target(dir, link), wanted) ;
  }
  close(fd) ;
}

static void what_is_not_executable_is_helped (void **state)
{
  int dir = *(int *)*state, helped = -1 ;
  int fd = definition(dir, 0644, 0644) ;
  struct longrundir d = { .name = "svc", .srcfd = fd, .src = "/def" } ;
  assert_int_equal(longrundir_make(dir, "/exe", &d, &helped), 0) ;
  assert_int_equal(helped, 1) ;
  assert_string_equal(target(dir, RUN_SERVICEDIRS "/svc/run"), "/exe") ;
  assert_string_equal(target(dir, RUN_SERVICEDIRS "/svc/" SERVICE_SCRIPT), "/def/run") ;
  assert_string_equal(target(dir, RUN_SERVICEDIRS "/svc/finish"), "/exe") ;
  assert_string_equal(target(dir, RUN_SERVICEDIRS "/svc/" SERVICE_FINISH), "/def/finish") ;
  close(fd) ;
}

/* Both sides' links lead to the one fifo, which only who has it can open. */
static void a_pipe_has_two_sides (void **state)
{
  int dir = *(int *)*state, helped = 0 ;
  int fd = definition(dir, 0755, 0) ;
  struct longrundir producer = { .name = "daemon", .srcfd = fd, .src = "/def", .consumer = "logger" } ;
  struct longrundir consumer = { .name = "logger", .srcfd = fd, .src = "/def", .reads = 1 } ;
  struct stat in, out ;
  assert_int_equal(longrundir_make(dir, "/exe", &producer, &helped), 0) ;
  assert_int_equal(helped, 1) ;
  assert_int_equal(longrundir_make(dir, "/exe", &consumer, &helped), 0) ;
  assert_int_equal(helped, 1) ;
  assert_false(exists(dir, RUN_SERVICEDIRS "/daemon/" SERVICE_STDIN)) ;
  assert_false(exists(dir, RUN_SERVICEDIRS "/logger/" SERVICE_STDOUT)) ;
  assert_int_equal(fstatat(dir, RUN_SERVICEDIRS "/daemon/" SERVICE_STDOUT, &out, 0), 0) ;
  assert_int_equal(fstatat(dir, RUN_SERVICEDIRS "/logger/" SERVICE_STDIN, &in, 0), 0) ;
  assert_true(S_ISFIFO(in.st_mode) && in.st_ino == out.st_ino) ;
  assert_int_equal(in.st_mode & 0777, 0666) ;
  assert_int_equal(fstatat(dir, RUN_PIPES, &in, 0), 0) ;
  assert_int_equal(in.st_mode & 0777, 0700) ;
  close(fd) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test_setup_teardown(what_is_a_longruns_is_linked, scratch_setup, scratch_teardown),
    cmocka_unit_test_setup_teardown(every_file_that_s6_supervise_reads_is_linked, scratch_setup, scratch_teardown),
    cmocka_unit_test_setup_teardown(what_is_not_executable_is_helped, scratch_setup, scratch_teardown),
    cmocka_unit_test_setup_teardown(a_pipe_has_two_sides, scratch_setup, scratch_teardown)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
