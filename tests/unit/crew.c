/* ISC license. */

#include <sys/resource.h>

#include "unit.h"
#include "crew.h"

struct work { atomic_uint prepared, begun, dismissed ; unsigned int most ; } ;

static void *prepare (void *data)
{
  struct work *w = data ;
  return w->prepared++ < w->most ? w : 0 ;
}

static void *begin (void *data)
{
  struct work *w = data ;
  w->begun++ ;
  return 0 ;
}

static void dismiss (void *data)
{
  struct work *w = data ;
  w->dismissed++ ;
}

static void begin_with (struct crew *c, struct work *w, unsigned int processors, unsigned int most)
{
  *w = (struct work){ .most = 1000 } ;
  *c = (struct crew){ .prepare = &prepare, .work = &begin, .dismiss = &dismiss, .data = w } ;
  crew_init(c, processors, most) ;
}

static void there_is_a_thread_for_each_processor (void **state)
{
  struct crew c ;
  struct work w ;
  (void)state ;
  begin_with(&c, &w, 3, 20) ;
  assert_true(crew_is_small(&c)) ;
  assert_false(crew_waits(&c)) ;
  crew_grow(&c, 1) ;
  assert_int_equal(c.n, 2) ;
  crew_grow(&c, 10) ;
  assert_int_equal(c.n, 3) ;
  assert_false(crew_is_small(&c)) ;
  crew_end(&c) ;
  assert_int_equal(w.begun, 2) ;
}

static void there_are_more_when_they_wait_but_not_more_than_allowed (void **state)
{
  struct crew c ;
  struct work w ;
  (void)state ;
  begin_with(&c, &w, 2, 10) ;
  crew_want(&c, 5) ;
  assert_true(crew_waits(&c)) ;
  /* never fewer */
  crew_want(&c, 2) ;
  crew_grow(&c, 100) ;
  assert_int_equal(c.n, 5) ;
  crew_want(&c, 1000000) ;
  crew_grow(&c, 100) ;
  assert_int_equal(c.n, 10) ;
  crew_end(&c) ;
  assert_int_equal(w.begun, 9) ;
  begin_with(&c, &w, 1, 1000) ;
  assert_int_equal(c.most, CREW_MAX) ;
  crew_end(&c) ;
}

static void the_processes_of_the_user_are_not_used_up (void **state)
{
  struct rlimit old, low ;
  struct crew c ;
  struct work w ;
  (void)state ;
  assert_int_equal(getrlimit(RLIMIT_NPROC, &old), 0) ;
  low = old ;
  low.rlim_cur = 40 ;
  assert_int_equal(setrlimit(RLIMIT_NPROC, &low), 0) ;
  begin_with(&c, &w, 2, 64) ;
  crew_want(&c, 64) ;
  setrlimit(RLIMIT_NPROC, &old) ;
  assert_int_equal(c.wanted, 10) ;
  crew_end(&c) ;
}

static void one_that_cannot_be_had_ends_the_growth (void **state)
{
  struct crew c ;
  struct work w ;
  (void)state ;
  begin_with(&c, &w, 8, 8) ;
  w.most = 3 ;
  crew_grow(&c, 100) ;
  assert_int_equal(c.n, 4) ;
  assert_false(crew_is_small(&c)) ;
  crew_want(&c, 50) ;
  assert_false(crew_is_small(&c)) ;
  crew_end(&c) ;
  assert_int_equal(w.begun, 3) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(there_is_a_thread_for_each_processor),
    cmocka_unit_test(there_are_more_when_they_wait_but_not_more_than_allowed),
    cmocka_unit_test(the_processes_of_the_user_are_not_used_up),
    cmocka_unit_test(one_that_cannot_be_had_ends_the_growth)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
