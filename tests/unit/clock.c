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

int main (void)
{
  struct CMUnitTest const tests[] = { cmocka_unit_test(deadlines_lie_ahead) } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
