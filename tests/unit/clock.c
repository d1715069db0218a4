/* ISC license. */

#include "unit.h"
#include "clock.h"

static void deadlines_lie_ahead (void **state)
{
  tain a ;
  (void)state ;
  clock_start() ;
  clock_deadline(&a, 0) ;
  assert_false(tain_future(&a)) ;
  clock_deadline(&a, 1000000) ;
  assert_true(tain_future(&a)) ;
  clock_deadline(&a, UINT32_MAX) ;
  assert_memory_equal(&a, &tain_infinite, sizeof a) ;
  assert_true(clock_ms() < 1000000) ;
}

static void what_is_left_is_told_as_poll_takes_it (void **state)
{
  tain a ;
  (void)state ;
  clock_start() ;
  clock_deadline(&a, 0) ;
  assert_int_equal(clock_left(&a), 0) ;
  clock_deadline(&a, 1000000) ;
  assert_in_range(clock_left(&a), 1, 1000000) ;
  assert_int_equal(clock_left(&tain_infinite), -1) ;
}

static void signals_are_waited_for (void **state)
{
  tain a ;
  sigset_t set, old ;
  (void)state ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGUSR1) ;
  sigprocmask(SIG_BLOCK, &set, &old) ;
  clock_start() ;
  clock_deadline(&a, 0) ;
  raise(SIGUSR1) ;
  /* the deadline counts for more */
  assert_int_equal(clock_sigwait(&set, &a), 0) ;
  clock_deadline(&a, 1000000) ;
  assert_int_equal(clock_sigwait(&set, &a), SIGUSR1) ;
  raise(SIGUSR1) ;
  assert_int_equal(clock_sigwait(&set, &tain_infinite), SIGUSR1) ;
  clock_deadline(&a, 1) ;
  assert_int_equal(clock_sigwait(&set, &a), -1) ;
  assert_int_equal(errno, EAGAIN) ;
  sigprocmask(SIG_SETMASK, &old, 0) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(deadlines_lie_ahead),
    cmocka_unit_test(what_is_left_is_told_as_poll_takes_it),
    cmocka_unit_test(signals_are_waited_for)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
