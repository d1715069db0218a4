/* ISC license. */

#include "unit.h"
#include "complaints.h"

static void complaints_are_lines_and_have_a_bound (void **state)
{
  struct complaints c = COMPLAINTS_ZERO ;
  size_t i = 0 ;
  (void)state ;
  complaints_add(&c, "a\nb", ": ", "\033[1m\177") ;
  assert_int_equal(c.lines.len, 11) ;
  assert_memory_equal(c.lines.s, "a?b: ?[1m?\n", 11) ;
  for (; i < COMPLAINTS_MAX ; i++) complaints_add(&c, "0123456789") ;
  assert_int_equal(c.n, COMPLAINTS_MAX + 1) ;
  assert_true(c.lines.len <= COMPLAINTS_MAX && c.lines.len > COMPLAINTS_MAX - 11) ;
  assert_int_equal(c.lines.s[c.lines.len - 1], '\n') ;
  complaints_free(&c) ;
}

static void lines_are_read_one_by_one (void **state)
{
  struct complaints c = COMPLAINTS_ZERO ;
  size_t at = 0 ;
  (void)state ;
  assert_null(complaints_next(&c, &at)) ;
  complaints_add(&c, "one") ;
  complaints_add(&c, "") ;
  complaints_add(&c, "three") ;
  assert_string_equal(complaints_next(&c, &at), "one") ;
  assert_string_equal(complaints_next(&c, &at), "") ;
  assert_string_equal(complaints_next(&c, &at), "three") ;
  assert_null(complaints_next(&c, &at)) ;
  complaints_free(&c) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(complaints_are_lines_and_have_a_bound),
    cmocka_unit_test(lines_are_read_one_by_one)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
