/* ISC license. */

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
    SCRATCH(both_files_are_written)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
