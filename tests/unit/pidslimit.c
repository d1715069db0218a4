/* ISC license. */

#include <limits.h>

#include "unit.h"
#include "pidslimit.h"

static void assert_left (int dir, char const *most, char const *current, unsigned int left)
{
  puts_in(dir, "pids.max", most) ;
  puts_in(dir, "pids.current", current) ;
  assert_int_equal(pidslimit_left_in(scratch_path), left) ;
}

static void what_is_left_is_the_difference (void **state)
{
  int dir = *(int *)*state ;
  assert_left(dir, "100\n", "40\n", 60) ;
  assert_left(dir, "100\n", "100\n", 0) ;
  /* the limit was lowered */
  assert_left(dir, "10\n", "12\n", 0) ;
}

static void without_a_limit_there_is_none (void **state)
{
  int dir = *(int *)*state ;
  assert_int_equal(pidslimit_left_in(scratch_path), UINT_MAX) ;
  assert_int_equal(pidslimit_left_in("/nothing"), UINT_MAX) ;
  assert_left(dir, "max\n", "40\n", UINT_MAX) ;
  assert_left(dir, "", "40\n", UINT_MAX) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(what_is_left_is_the_difference),
    SCRATCH(without_a_limit_there_is_none)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
