/* ISC license. */

#include "unit.h"
#include "osrelease.h"
#include "paths.h"

static void assert_value (int dir, char const *name, char const *expected)
{
  stralloc sa = STRALLOC_ZERO ;
  assert_int_equal(osrelease_get(dir, name, &sa), expected ? 1 : 0) ;
  if (expected)
  {
    assert_string_equal(sa.s, expected) ;
    assert_int_equal(sa.len, strlen(expected)) ;
  }
  else assert_int_equal(sa.len, 0) ;
  stralloc_free(&sa) ;
}

static void values_come_without_their_quotes (void **state)
{
  int dir = *(int *)*state ;
  assert_int_equal(mkdirat(dir, ROOT_ETC, 0755), 0) ;
  puts_in(dir, ROOT_OS_RELEASE, "\nNAME=\"Alpine Linux\"\nID=alpine\n# ID=comment\nVERSION_ID='3.20.1'\nEMPTY=\nQUOTED=\"\"\nHALF=\"\nLAST=1\nLAST=2") ;
  assert_value(dir, "NAME", "Alpine Linux") ;
  assert_value(dir, "ID", "alpine") ;
  assert_value(dir, "VERSION_ID", "3.20.1") ;
  assert_value(dir, "EMPTY", "") ;
  assert_value(dir, "QUOTED", "") ;
  assert_value(dir, "HALF", "\"") ;
  assert_value(dir, "LAST", "2") ;
  assert_value(dir, "VERSION", 0) ;
  assert_value(dir, "_ID", 0) ;
}

static void it_may_be_a_link (void **state)
{
  int dir = *(int *)*state ;
  assert_int_equal(mkdirat(dir, ROOT_ETC, 0755), 0) ;
  puts_in(dir, "real", "ID=ubuntu\n") ;
  assert_int_equal(symlinkat("../real", dir, ROOT_OS_RELEASE), 0) ;
  assert_value(dir, "ID", "ubuntu") ;
}

static void what_is_no_file_is_an_error (void **state)
{
  int dir = *(int *)*state ;
  stralloc sa = STRALLOC_ZERO ;
  assert_int_equal(osrelease_get(dir, "ID", &sa), -1) ;
  assert_int_equal(errno, ENOENT) ;
  assert_int_equal(mkdirat(dir, ROOT_ETC, 0755), 0) ;
  assert_int_equal(mkdirat(dir, ROOT_OS_RELEASE, 0755), 0) ;
  assert_int_equal(osrelease_get(dir, "ID", &sa), -1) ;
  assert_int_equal(errno, EISDIR) ;
  stralloc_free(&sa) ;
}

int main (void)
{
  struct CMUnitTest const tests[] = { SCRATCH(values_come_without_their_quotes), SCRATCH(it_may_be_a_link), SCRATCH(what_is_no_file_is_an_error) } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
