/* ISC license. */

#include "unit.h"
#include "deadlines.h"

static tain at (unsigned int ms)
{
  tain t = TAIN_EPOCH ;
  t.nano = ms % 1000 * 1000000 ;
  t.sec.x += ms / 1000 ;
  return t ;
}

static void set (struct deadlines *d, size_t i, unsigned int ms)
{
  tain const when = at(ms) ;
  assert_int_equal(deadlines_set(d, i, &when), 0) ;
}

static size_t take (struct deadlines *d, unsigned int ms)
{
  tain const now = at(ms) ;
  return deadlines_take(d, &now) ;
}

static void assert_earliest (struct deadlines const *d, tain const *expected)
{
  tain t = tain_infinite ;
  deadlines_lower(d, &t) ;
  assert_false(tain_less(&t, expected) || tain_less(expected, &t)) ;
}

static void the_earliest_comes_first (void **state)
{
  struct deadlines d = DEADLINES_ZERO ;
  tain t = at(1) ;
  (void)state ;
  assert_int_equal(take(&d, 9999), DEADLINES_NONE) ;
  assert_earliest(&d, &tain_infinite) ;
  deadlines_clear(&d, 7) ;
  set(&d, 5, 3000) ;
  set(&d, 0, 2000) ;
  set(&d, 9, 2000) ;
  set(&d, 3, 4000) ;
  /* an earlier one of somebody else stays */
  deadlines_lower(&d, &t) ;
  assert_int_equal(t.sec.x, at(1).sec.x) ;
  t = at(2000) ;
  assert_earliest(&d, &t) ;
  assert_int_equal(take(&d, 1999), DEADLINES_NONE) ;
  assert_int_equal(take(&d, 2000), 0) ;
  assert_int_equal(take(&d, 9999), 9) ;
  /* put off, and called off */
  set(&d, 5, 5000) ;
  assert_int_equal(take(&d, 9999), 3) ;
  assert_int_equal(deadlines_set(&d, 5, &tain_infinite), 0) ;
  assert_int_equal(take(&d, 9999), DEADLINES_NONE) ;
  deadlines_free(&d) ;
  assert_int_equal(take(&d, 9999), DEADLINES_NONE) ;
}

#define N 40
#define UNSET 0

/* The earliest of a plain array; N: none is set. */
static size_t naive_earliest (unsigned int const *ms)
{
  size_t i = 0, best = N ;
  for (; i < N ; i++) if (ms[i] != UNSET && (best == N || ms[i] < ms[best])) best = i ;
  return best ;
}

/* Random steps, all few numbers and many equal times, against the array. */
static void any_steps_are_as_in_an_array (void **state)
{
  struct deadlines d = DEADLINES_ZERO ;
  unsigned int ms[N] = { UNSET } ;
  unsigned int seed = 1, step = 0 ;
  (void)state ;
  for (; step < 200000 ; step++)
  {
    size_t i = (size_t)rand_r(&seed) % N, earliest ;
    unsigned int t = 1 + (unsigned int)rand_r(&seed) % 3000 ;
    tain when ;
    switch (rand_r(&seed) % 8)
    {
      case 0 : deadlines_clear(&d, i) ; ms[i] = UNSET ; break ;
      case 1 : assert_int_equal(deadlines_set(&d, i, &tain_infinite), 0) ; ms[i] = UNSET ; break ;
      case 2 :
        earliest = naive_earliest(ms) ;
        if (earliest < N && ms[earliest] <= t)
        {
          assert_int_equal(take(&d, t), earliest) ;
          ms[earliest] = UNSET ;
        }
        else assert_int_equal(take(&d, t), DEADLINES_NONE) ;
        break ;
      default : set(&d, i, t) ; ms[i] = t ; break ;
    }
    earliest = naive_earliest(ms) ;
    when = earliest < N ? at(ms[earliest]) : tain_infinite ;
    assert_earliest(&d, &when) ;
  }
  deadlines_free(&d) ;
}

static void many_are_taken_in_their_order (void **state)
{
  struct deadlines d = DEADLINES_ZERO ;
  unsigned int const n = 65536 ;
  unsigned int i = 0 ;
  (void)state ;
  for (; i < n ; i++) set(&d, i, 1 + i * 40503 % n) ;
  for (i = 0 ; i < n ; i++) assert_int_equal(take(&d, n) * 40503 % n, i) ;
  assert_int_equal(take(&d, n), DEADLINES_NONE) ;
  deadlines_free(&d) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(the_earliest_comes_first),
    cmocka_unit_test(any_steps_are_as_in_an_array),
    cmocka_unit_test(many_are_taken_in_their_order)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
