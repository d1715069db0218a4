/* ISC license. */

#include <time.h>

#include "unit.h"
#include "latency.h"

#define MS 1000000u

static void who_works_wants_one_thread_for_each_processor (void **state)
{
  (void)state ;
  assert_int_equal(latency_threads(10 * MS, 10 * MS, 0, 2), 2) ;
  assert_int_equal(latency_threads(10 * MS, 9 * MS, 1, 2), 2) ;
  assert_int_equal(latency_threads(10 * MS, 6 * MS, 4, 8), 8) ;
  /* clocks that do not agree */
  assert_int_equal(latency_threads(10 * MS, 11 * MS, 8, 2), 2) ;
  assert_int_equal(latency_threads(0, 0, 0, 1), 1) ;
}

static void who_waits_wants_as_many_as_are_busy_together (void **state)
{
  (void)state ;
  assert_int_equal(latency_threads(10 * MS, 1 * MS, 9, 1), 10) ;
  assert_int_equal(latency_threads(10 * MS, 1 * MS, 9, 2), 20) ;
  assert_in_range(latency_threads(10 * MS, 0, 10, 2), 1000, UINT32_MAX) ;
}

static void short_waits_are_for_locks (void **state)
{
  (void)state ;
  assert_int_equal(latency_threads(10 * MS, 1 * MS, 500, 2), 2) ;
}

static void a_thread_that_sleeps_is_found_out (void **state)
{
  struct timespec const ms = { .tv_nsec = MS } ;
  struct latency l ;
  unsigned int n = 0, i = 0 ;
  (void)state ;
  latency_begin(&l) ;
  /* on a machine that is very busy it may look otherwise for a while */
  for (; n < 5 && i < 5000 ; i++)
  {
    nanosleep(&ms, 0) ;
    n = latency_look(&l, 2) ;
  }
  assert_in_range(i, 7, 4999) ;
}

static void one_that_computes_is_not (void **state)
{
  struct latency l ;
  unsigned int n = 0 ;
  (void)state ;
  latency_begin(&l) ;
  while (!n) n = latency_look(&l, 2) ;
  assert_int_equal(n, 2) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(who_works_wants_one_thread_for_each_processor),
    cmocka_unit_test(who_waits_wants_as_many_as_are_busy_together),
    cmocka_unit_test(short_waits_are_for_locks),
    cmocka_unit_test(a_thread_that_sleeps_is_found_out),
    cmocka_unit_test(one_that_computes_is_not)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
