/* ISC license. */

#include "unit.h"
#include "snippet.h"

#define ONE 1u
#define TWO 2u

static void assert_snippet (struct snippet_row const *rows, size_t nrows, struct snippet_need const *needs, size_t nneeds, char const *expected)
{
  stralloc sa = STRALLOC_ZERO ;
  assert_int_equal(snippet_render(rows, nrows, needs, nneeds, &sa), 0) ;
  assert_true(stralloc_0(&sa)) ;
  assert_string_equal(sa.s, expected) ;
  stralloc_free(&sa) ;
}

static void rows_stand_in_their_place (void **state)
{
  static struct snippet_row const rows[] =
  {
    { 0, SNIPPET_ONCE, "top\n" },
    { ONE | TWO, SNIPPET_ONCE, "list:\n" },
    { TWO, SNIPPET_EACH, "- $a/$b  # $w\n" },
    { ONE, SNIPPET_EACH, "+ $a\n" },
    { 0, SNIPPET_ONCE, "end\n" }
  } ;
  static struct snippet_need const needs[] = { { ONE, "x", "", "" }, { TWO, "y", "1", "why y" }, { TWO, "z", "2", "why z" }, { ONE, "v", "", "" } } ;
  (void)state ;
  assert_snippet(rows, 5, needs, 4, "top\nlist:\n- y/1  # why y\n- z/2  # why z\n+ x\n+ v\nend\n") ;
  assert_snippet(rows, 5, needs, 1, "top\nlist:\n+ x\nend\n") ;
  assert_snippet(rows, 5, needs, 0, "top\nend\n") ;
}

static void only_the_three_names_are_replaced (void **state)
{
  static struct snippet_row const rows[] = { { ONE, SNIPPET_EACH, "$$a $c $" }, { 0, SNIPPET_ONCE, "$a" } } ;
  static struct snippet_need const need = { ONE, "$w", "", "why" } ;
  (void)state ;
  assert_snippet(rows, 2, &need, 1, "$$w $c $$a") ;
}

int main (void)
{
  struct CMUnitTest const tests[] = { cmocka_unit_test(rows_stand_in_their_place), cmocka_unit_test(only_the_three_names_are_replaced) } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
