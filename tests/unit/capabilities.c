/* ISC license. */

#include "unit.h"

#include <linux/capability.h>

#include "capabilities.h"

static void assert_missing (uint64_t has, size_t from, size_t to, char const *expected)
{
  struct privileges const p = { .capabilities = has } ;
  stralloc names = STRALLOC_ZERO ;
  assert_int_equal(capabilities_missing(&p, from, to, ", ", &names), !!*expected) ;
  assert_true(stralloc_0(&names)) ;
  assert_string_equal(names.s, expected) ;
  stralloc_free(&names) ;
}

static void the_missing_ones_are_named (void **state)
{
  (void)state ;
  assert_missing(0, 0, CAPABILITIES_WANTED, "SETUID, SETGID, CHOWN, DAC_OVERRIDE, FOWNER, KILL") ;
  assert_missing(1ull << CAP_SETUID | 1ull << CAP_CHOWN, 0, CAPABILITIES_NEEDED, "SETGID") ;
  assert_missing(1ull << CAP_DAC_OVERRIDE, CAPABILITIES_NEEDED, CAPABILITIES_WANTED, "CHOWN, FOWNER, KILL") ;
  assert_missing(~0ull, 0, CAPABILITIES_WANTED, "") ;
}

int main (void)
{
  struct CMUnitTest const tests[] = { cmocka_unit_test(the_missing_ones_are_named) } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
