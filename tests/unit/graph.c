/* ISC license. */

#include "unit.h"
#include "graph.h"

static void diamond_is_walked_in_order (void **state)
{
  struct graph g = GRAPH_ZERO ;
  size_t a = graph_add(&g, "a"), b = graph_add(&g, "b"), c = graph_add(&g, "c"), d = graph_add(&g, "d") ;
  (void)state ;
  graph_depend(&g, b, a) ; graph_depend(&g, c, a) ; graph_depend(&g, d, b) ; graph_depend(&g, d, c) ;
  graph_begin(&g) ;
  assert_int_equal(graph_next(&g), a) ;
  assert_int_equal(graph_next(&g), GRAPH_NONE) ;
  graph_settle(&g, a, 1) ;
  assert_int_not_equal(graph_next(&g), GRAPH_NONE) ;
  assert_int_not_equal(graph_next(&g), GRAPH_NONE) ;
  assert_int_equal(graph_next(&g), GRAPH_NONE) ;
  graph_settle(&g, c, 1) ;
  assert_int_equal(graph_next(&g), GRAPH_NONE) ;
  graph_settle(&g, b, 1) ;
  assert_int_equal(graph_next(&g), d) ;
  assert_int_equal(g.unsettled, 1) ;
  graph_settle(&g, d, 1) ;
  assert_int_equal(g.unsettled, 0) ;
  assert_int_equal(graph_find(&g, "c"), c) ;
  assert_int_equal(graph_find(&g, "e"), GRAPH_NONE) ;
  graph_free(&g) ;
}

static void failure_blocks_dependents_alone (void **state)
{
  struct graph g = GRAPH_ZERO ;
  size_t a = graph_add(&g, "a"), b = graph_add(&g, "b"), c = graph_add(&g, "c"), other = graph_add(&g, "other") ;
  (void)state ;
  graph_depend(&g, b, a) ; graph_depend(&g, c, b) ; graph_depend(&g, c, other) ;
  graph_begin(&g) ;
  assert_int_equal(graph_next(&g), a) ;
  assert_int_equal(graph_next(&g), other) ;
  graph_settle(&g, a, 0) ;
  assert_int_equal(graph_node(&g, b)->state, GRAPH_BLOCKED) ;
  assert_int_equal(graph_node(&g, c)->state, GRAPH_BLOCKED) ;
  assert_int_equal(graph_node(&g, other)->state, GRAPH_STARTED) ;
  graph_settle(&g, other, 1) ;
  assert_int_equal(graph_next(&g), GRAPH_NONE) ;
  assert_int_equal(g.unsettled, 0) ;
  graph_free(&g) ;
}

static void a_failure_counts_once_where_two_ways_lead (void **state)
{
  struct graph g = GRAPH_ZERO ;
  size_t a = graph_add(&g, "a"), b = graph_add(&g, "b"), c = graph_add(&g, "c"), d = graph_add(&g, "d") ;
  size_t other = graph_add(&g, "other") ;
  (void)state ;
  graph_depend(&g, b, a) ; graph_depend(&g, c, a) ; graph_depend(&g, d, b) ; graph_depend(&g, d, c) ;
  graph_begin(&g) ;
  assert_int_equal(graph_next(&g), a) ;
  assert_int_equal(graph_next(&g), other) ;
  graph_settle(&g, a, 0) ;
  assert_int_equal(graph_node(&g, d)->state, GRAPH_BLOCKED) ;
  assert_int_equal(g.unsettled, 1) ;
  graph_settle(&g, other, 1) ;
  assert_int_equal(g.unsettled, 0) ;
  graph_free(&g) ;
}

static void long_chain_needs_no_stack (void **state)
{
  struct graph g = GRAPH_ZERO ;
  size_t const n = 100000 ;
  size_t i = 0 ;
  (void)state ;
  for (; i < n ; i++)
  {
    assert_int_equal(graph_add(&g, "x"), i) ;
    if (i) graph_depend(&g, i, i - 1) ;
  }
  graph_begin(&g) ;
  assert_int_equal(graph_next(&g), 0) ;
  graph_settle(&g, 0, 0) ;
  assert_int_equal(g.unsettled, 0) ;
  assert_int_equal(graph_node(&g, n - 1)->state, GRAPH_BLOCKED) ;
  graph_free(&g) ;
}

static void nodes_may_be_added_during_the_walk (void **state)
{
  struct graph g = GRAPH_ZERO ;
  size_t a = graph_add(&g, "a"), b = graph_add(&g, "b"), c = graph_add(&g, "c") ;
  size_t late[3] ;
  (void)state ;
  graph_depend(&g, b, a) ;
  graph_begin(&g) ;
  assert_int_equal(graph_next(&g), a) ;
  assert_int_equal(graph_next(&g), c) ;
  graph_settle(&g, c, 0) ;
  graph_settle(&g, a, 1) ;
  /* of one that is up, one that is not yet, one that has failed */
  late[0] = graph_add(&g, "late") ;
  late[1] = graph_add(&g, "later") ;
  late[2] = graph_add(&g, "never") ;
  assert_int_equal(graph_depend(&g, late[0], a), 0) ;
  assert_int_equal(graph_depend(&g, late[1], b), 0) ;
  assert_int_equal(graph_depend(&g, late[2], c), 0) ;
  assert_int_equal(graph_depend(&g, late[2], b), 0) ;
  graph_begin(&g) ;
  assert_int_equal(graph_node(&g, late[2])->state, GRAPH_BLOCKED) ;
  /* a ready one keeps its place, and is not made ready twice */
  assert_int_equal(graph_next(&g), b) ;
  assert_int_equal(graph_next(&g), late[0]) ;
  assert_int_equal(graph_next(&g), GRAPH_NONE) ;
  graph_settle(&g, late[0], 1) ;
  graph_settle(&g, b, 1) ;
  assert_int_equal(graph_next(&g), late[1]) ;
  assert_int_equal(graph_next(&g), GRAPH_NONE) ;
  graph_settle(&g, late[1], 1) ;
  assert_int_equal(g.unsettled, 0) ;
  graph_free(&g) ;
}

static void what_is_set_aside_never_starts (void **state)
{
  struct graph g = GRAPH_ZERO ;
  size_t a = graph_add(&g, "a"), aside = graph_add(&g, "aside"), more = graph_add(&g, "more") ;
  (void)state ;
  graph_depend(&g, aside, a) ; graph_depend(&g, more, aside) ;
  graph_set_aside(&g, aside) ;
  graph_set_aside(&g, more) ;
  graph_begin(&g) ;
  assert_int_equal(graph_next(&g), a) ;
  graph_settle(&g, a, 1) ;
  assert_int_equal(graph_next(&g), GRAPH_NONE) ;
  assert_int_equal(g.unsettled, 0) ;
  assert_int_equal(graph_node(&g, aside)->state, GRAPH_ASIDE) ;
  graph_free(&g) ;
}

static void what_is_put_back_comes_first (void **state)
{
  struct graph g = GRAPH_ZERO ;
  size_t a = graph_add(&g, "a"), b = graph_add(&g, "b") ;
  (void)state ;
  graph_begin(&g) ;
  assert_int_equal(graph_next(&g), a) ;
  graph_put_back(&g, a) ;
  assert_int_equal(graph_next(&g), a) ;
  assert_int_equal(graph_next(&g), b) ;
  graph_put_back(&g, b) ;
  assert_int_equal(graph_next(&g), b) ;
  assert_int_equal(graph_next(&g), GRAPH_NONE) ;
  assert_int_equal(g.unsettled, 2) ;
  graph_free(&g) ;
}

static void what_is_blocked_when_it_is_added_is_counted_once (void **state)
{
  struct graph g = GRAPH_ZERO ;
  size_t a = graph_add(&g, "a"), b, c ;
  (void)state ;
  graph_begin(&g) ;
  assert_int_equal(graph_next(&g), a) ;
  graph_settle(&g, a, 0) ;
  b = graph_add(&g, "b") ;
  c = graph_add(&g, "c") ;
  /* the dependent first: it waits for one that nothing blocks yet */
  graph_depend(&g, c, b) ;
  graph_depend(&g, b, a) ;
  assert_int_equal(graph_node(&g, b)->state, GRAPH_BLOCKED) ;
  assert_int_equal(graph_node(&g, c)->state, GRAPH_BLOCKED) ;
  assert_int_equal(g.unsettled, 0) ;
  graph_set_aside(&g, c) ;
  assert_int_equal(g.unsettled, 0) ;
  graph_begin(&g) ;
  assert_int_equal(graph_next(&g), GRAPH_NONE) ;
  graph_free(&g) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(diamond_is_walked_in_order),
    cmocka_unit_test(failure_blocks_dependents_alone),
    cmocka_unit_test(a_failure_counts_once_where_two_ways_lead),
    cmocka_unit_test(nodes_may_be_added_during_the_walk),
    cmocka_unit_test(what_is_set_aside_never_starts),
    cmocka_unit_test(what_is_put_back_comes_first),
    cmocka_unit_test(what_is_blocked_when_it_is_added_is_counted_once),
    cmocka_unit_test(long_chain_needs_no_stack)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
