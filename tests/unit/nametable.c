/* ISC license. */

#include "unit.h"
#include "nametable.h"

static void names_are_numbered_in_their_order (void **state)
{
  struct nametable t = NAMETABLE_ZERO ;
  char const *first, *again ;
  (void)state ;
  assert_int_equal(nametable_find(&t, "b"), NAMETABLE_NONE) ;
  assert_int_equal(nametable_add(&t, "b", &first), 0) ;
  assert_int_equal(nametable_add(&t, "a", &again), 1) ;
  assert_int_equal(nametable_add(&t, "b", &again), 0) ;
  assert_ptr_equal(first, again) ;
  assert_int_equal(nametable_find(&t, "a"), 1) ;
  assert_int_equal(t.n, 2) ;
  nametable_free(&t) ;
}

int main (void)
{
  struct CMUnitTest const tests[] = { cmocka_unit_test(names_are_numbered_in_their_order) } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
