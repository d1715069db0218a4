/* ISC license. */

#include <signal.h>
#include <sys/wait.h>

#include <s6/ftrigw.h>

#include "unit.h"
#include "svevent.h"

static void notifications_arrive (void **state)
{
  int dir = *(int *)*state ;
  char path[96], buf[8] ;
  int fd ;
  assert_int_equal(mkdirat(dir, "event", 0700), 0) ;
  fd = svevent_subscribe(dir) ;
  assert_true(fd >= 0) ;
  assert_int_equal(svevent_read(fd, buf, sizeof buf), 0) ;
  strcpy(path, scratch_path) ;
  strcat(path, "/event") ;
  /* s6's own notifier must find the fifo, or its name has the wrong form */
  assert_int_equal(ftrigw_notifyb_nosig(path, "uU", 2), 1) ;
  assert_int_equal(svevent_read(fd, buf, sizeof buf), 2) ;
  assert_memory_equal(buf, "uU", 2) ;
  assert_int_equal(ftrigw_clean(path), 1) ;
  assert_int_equal(ftrigw_notifyb_nosig(path, "d", 1), 1) ;
  close(fd) ;
}

static void exit_codes_are_the_shells (void **state)
{
  int wstat ;
  pid_t pid = fork() ;
  (void)state ;
  if (!pid) _exit(7) ;
  waitpid(pid, &wstat, 0) ;
  assert_int_equal(svevent_exitcode(wstat), 7) ;
  pid = fork() ;
  if (!pid) { signal(SIGTERM, SIG_DFL) ; raise(SIGTERM) ; pause() ; }
  waitpid(pid, &wstat, 0) ;
  assert_int_equal(svevent_exitcode(wstat), 128 + SIGTERM) ;
}

static void no_supervisor_is_an_error (void **state)
{
  int dir = *(int *)*state ;
  s6_svstatus_t st ;
  assert_int_equal(svevent_control(dir, "u", 1), -1) ;
  assert_int_equal(errno, ENOENT) ;
  mkdirat(dir, "supervise", 0700) ;
  mkfifoat(dir, "supervise/control", 0600) ;
  assert_int_equal(svevent_control(dir, "u", 1), -1) ;
  assert_int_equal(errno, ENXIO) ;
  puts_in(dir, "supervise/status", "short") ;
  assert_int_equal(svevent_status(dir, &st), -1) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(notifications_arrive),
    cmocka_unit_test(exit_codes_are_the_shells),
    SCRATCH(no_supervisor_is_an_error)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
