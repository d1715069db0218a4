/* ISC license. */

#include <stdio.h>

#include "unit.h"
#include "report.h"

static void strings_are_escaped (void **state)
{
  struct report r = REPORT_ZERO ;
  stralloc sa = STRALLOC_ZERO ;
  (void)state ;
  assert_int_equal(report_set(&r, REPORT_STAGES, "a\"b\\", "x\ny", "\xc3\xa9\xff\xc3", 12), 0) ;
  assert_int_equal(report_json(&r, &sa), 0) ;
  assert_int_equal(stralloc_0(&sa), 1) ;
  assert_non_null(strstr(sa.s, "{\"name\":\"a\\\"b\\\\\",\"status\":\"x\\u000ay\",\"reason\":\"\xc3\xa9\\ufffd\\ufffd\",\"ms\":12}")) ;
  stralloc_free(&sa) ;
  report_free(&r) ;
}

static void a_row_is_replaced (void **state)
{
  struct report r = REPORT_ZERO ;
  stralloc sa = STRALLOC_ZERO ;
  (void)state ;
  report_set(&r, REPORT_SERVICES, "web", "up", "", 1) ;
  report_set(&r, REPORT_SERVICES, "db", "up", "", 1) ;
  report_set(&r, REPORT_SERVICES, "web", "failed", "because", 2) ;
  assert_int_equal(report_text(&r, &sa), 0) ;
  assert_int_equal(stralloc_0(&sa), 1) ;
  assert_non_null(strstr(sa.s, "failed")) ;
  assert_non_null(strstr(sa.s, "because")) ;
  assert_null(strstr(strstr(sa.s, "web") + 1, "web")) ;
  stralloc_free(&sa) ;
  report_free(&r) ;
}

/* Rows keep the order in which they came, whatever changes; each section has names of its own. */
static void many_rows_keep_their_order (void **state)
{
  struct report r = REPORT_ZERO ;
  stralloc sa = STRALLOC_ZERO ;
  unsigned int const n = 10000 ;
  char const *p ;
  char name[32] ;
  unsigned int i = 0 ;
  (void)state ;
  for (; i < 2 * n ; i++)
  {
    snprintf(name, sizeof name, "n%u", i * 7919 % n) ;
    assert_int_equal(report_set(&r, REPORT_SERVICES, name, i < n ? "started" : "up", "", i), 0) ;
  }
  assert_int_equal(report_set(&r, REPORT_STAGES, "n7919", "done", "", 0), 0) ;
  assert_int_equal(report_json(&r, &sa), 0) ;
  assert_int_equal(stralloc_0(&sa), 1) ;
  assert_null(strstr(sa.s, "started")) ;
  assert_non_null(strstr(sa.s, "{\"name\":\"n7919\",\"status\":\"done\"")) ;
  p = strstr(sa.s, "\"services\"") ;
  for (i = 0 ; i < n ; i++)
  {
    snprintf(name, sizeof name, "{\"name\":\"n%u\",", i * 7919 % n) ;
    p = strchr(p, '{') ;
    assert_non_null(p) ;
    assert_memory_equal(p, name, strlen(name)) ;
    p++ ;
  }
  assert_null(strchr(p, '{')) ;
  stralloc_free(&sa) ;
  report_free(&r) ;
}

static void both_files_are_written (void **state)
{
  struct report r = REPORT_ZERO ;
  int dir = *(int *)*state ;
  mkdirat(dir, "s6", 0755) ;
  assert_int_equal(report_write(&r, dir), 0) ;
  assert_int_equal(faccessat(dir, "s6/boot-report.json", R_OK, 0), 0) ;
  assert_int_equal(faccessat(dir, "s6/boot-report.txt", R_OK, 0), 0) ;
  report_free(&r) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(strings_are_escaped),
    cmocka_unit_test(a_row_is_replaced),
    cmocka_unit_test(many_rows_keep_their_order),
    SCRATCH(both_files_are_written)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
