/* ISC license. */

#include <signal.h>
#include <sys/wait.h>

#include "unit.h"
#include "childwait.h"
#include "clock.h"

static pid_t child (int code)
{
  pid_t pid = fork() ;
  if (!pid)
  {
    if (code < 0) for (;;) pause() ;
    _exit(code) ;
  }
  return pid ;
}

static void the_code_of_the_child_is_told (void **state)
{
  int wstat = 0 ;
  pid_t other = child(4), pid = child(3) ;
  (void)state ;
  clock_start() ;
  assert_int_equal(childwait(pid, 1u << 31, &wstat), 0) ;
  assert_int_equal(WEXITSTATUS(wstat), 3) ;
  /* no other child is reaped */
  assert_int_equal(waitpid(other, &wstat, 0), other) ;
  assert_int_equal(WEXITSTATUS(wstat), 4) ;
}

static void the_time_is_bounded (void **state)
{
  int wstat = 0 ;
  pid_t pid = child(-1) ;
  (void)state ;
  clock_start() ;
  assert_int_equal(childwait(pid, 10, &wstat), -1) ;
  assert_int_equal(errno, ETIMEDOUT) ;
  kill(pid, SIGKILL) ;
  assert_int_equal(childwait(pid, 1u << 31, &wstat), 0) ;
  assert_int_equal(WTERMSIG(wstat), SIGKILL) ;
  assert_int_equal(childwait(pid, 10, &wstat), -1) ;
  assert_int_equal(errno, ECHILD) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(the_code_of_the_child_is_told),
    cmocka_unit_test(the_time_is_bounded)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
