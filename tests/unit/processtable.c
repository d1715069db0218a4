/* ISC license. */

#include "unit.h"
#include "processtable.h"

static void a_process_is_taken_once (void **state)
{
  struct processtable t = PROCESSTABLE_ZERO ;
  (void)state ;
  assert_int_equal(processtable_take(&t, 10), PROCESSTABLE_NONE) ;
  assert_false(processtable_has(&t, 10)) ;
  assert_int_equal(processtable_add(&t, 10, 3), 0) ;
  assert_true(processtable_has(&t, 10)) ;
  assert_int_equal(processtable_add(&t, 20, 3), 0) ;
  errno = 0 ;
  assert_int_equal(processtable_add(&t, 10, 4), -1) ;
  assert_int_equal(errno, EEXIST) ;
  assert_int_equal(t.n, 2) ;
  assert_int_equal(processtable_take(&t, 10), 3) ;
  assert_int_equal(processtable_take(&t, 10), PROCESSTABLE_NONE) ;
  assert_int_equal(t.n, 1) ;
  processtable_free(&t) ;
  assert_int_equal(t.n, 0) ;
  assert_int_equal(processtable_take(&t, 20), PROCESSTABLE_NONE) ;
}

#define N 64

/* Random steps against a plain array by pid. */
static void any_steps_are_as_in_an_array (void **state)
{
  struct processtable t = PROCESSTABLE_ZERO ;
  size_t numbers[N] ;
  size_t n = 0, i = 0 ;
  unsigned int seed = 1, step = 0 ;
  (void)state ;
  for (; i < N ; i++) numbers[i] = PROCESSTABLE_NONE ;
  for (; step < 200000 ; step++)
  {
    size_t p = (size_t)rand_r(&seed) % N, number = (size_t)rand_r(&seed) % 1000 ;
    if (rand_r(&seed) % 2)
    {
      assert_int_equal(processtable_add(&t, (pid_t)p + 1, number), numbers[p] == PROCESSTABLE_NONE ? 0 : -1) ;
      if (numbers[p] == PROCESSTABLE_NONE) { numbers[p] = number ; n++ ; }
    }
    else
    {
      assert_int_equal(processtable_take(&t, (pid_t)p + 1), numbers[p]) ;
      if (numbers[p] != PROCESSTABLE_NONE) { numbers[p] = PROCESSTABLE_NONE ; n-- ; }
    }
    assert_int_equal(t.n, n) ;
  }
  processtable_free(&t) ;
}

/* Processes mostly come with rising ids: the tree stays balanced. */
static void many_come_in_order (void **state)
{
  struct processtable t = PROCESSTABLE_ZERO ;
  pid_t const n = 65536 ;
  pid_t pid = 1 ;
  (void)state ;
  for (; pid <= n ; pid++) assert_int_equal(processtable_add(&t, pid, (size_t)pid * 2), 0) ;
  for (pid = 1 ; pid <= n ; pid++) assert_int_equal(processtable_take(&t, pid), (size_t)pid * 2) ;
  assert_int_equal(t.n, 0) ;
  processtable_free(&t) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(a_process_is_taken_once),
    cmocka_unit_test(any_steps_are_as_in_an_array),
    cmocka_unit_test(many_come_in_order)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
