/* ISC license. */

#include "unit.h"
#include "contenv.h"

static void values_survive_byte_for_byte (void **state)
{
  static char const *const values[] = { "", "x", "x\n", "x\n\n", "\n", "a=b", "two\nlines", " spaces \t" } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  for (; i < sizeof values / sizeof values[0] ; i++)
  {
    stralloc sa = STRALLOC_ZERO ;
    assert_int_equal(contenv_set(dir, "X", values[i], strlen(values[i])), 0) ;
    assert_int_equal(contenv_get(dir, "X", &sa), 1) ;
    assert_string_equal(sa.s, values[i]) ;
    assert_int_equal(sa.len, strlen(values[i])) ;
    stralloc_free(&sa) ;
  }
}

static void dump_and_load_agree (void **state)
{
  int dir = *(int *)*state ;
  size_t const big = 100 * 1024 ;
  char *value = malloc(big + 5) ;
  char const *envp[7] = { "A=1", "B=", "C=x\n", "A=2", "bad/name=1", value, 0 } ;
  stralloc sa = STRALLOC_ZERO ;
  unsigned int skipped ;
  size_t n, i, pos = 0, seen = 0 ;
  memcpy(value, "BIG=", 4) ;
  memset(value + 4, 'v', big) ;
  value[big + 4] = 0 ;
  assert_int_equal(contenv_dump(dir, envp, &skipped), 0) ;
  assert_int_equal(skipped, 1) ;
  assert_int_equal(contenv_load(dir, &sa, &n), 0) ;
  assert_int_equal(n, 4) ;
  for (i = 0 ; i < n ; i++)
  {
    char const *s = sa.s + pos ;
    if (!strcmp(s, "A=1") || !strcmp(s, "B=") || !strcmp(s, "C=x\n") || !strcmp(s, value)) seen++ ;
    pos += strlen(s) + 1 ;
  }
  assert_int_equal(seen, 4) ;
  stralloc_free(&sa) ;
  free(value) ;
}

static void echoed_file_loses_its_newline (void **state)
{
  int dir = *(int *)*state ;
  stralloc sa = STRALLOC_ZERO ;
  puts_in(dir, "X", "value\n") ;
  assert_int_equal(contenv_get(dir, "X", &sa), 1) ;
  assert_string_equal(sa.s, "value") ;
  assert_int_equal(contenv_get(dir, "NONE", &sa), 0) ;
  stralloc_free(&sa) ;
}

static void odd_entries_are_passed_over (void **state)
{
  int dir = *(int *)*state ;
  stralloc sa = STRALLOC_ZERO ;
  size_t n ;
  puts_in(dir, ".hidden", "1") ;
  puts_in(dir, "OK", "1") ;
  assert_int_equal(mkdirat(dir, "DIR", 0700), 0) ;
  assert_int_equal(mkfifoat(dir, "FIFO", 0600), 0) ;
  assert_int_equal(symlinkat("nowhere", dir, "DANGLING"), 0) ;
  assert_int_equal(contenv_load(dir, &sa, &n), 0) ;
  /* the fifo reads as empty and does not block */
  assert_int_equal(n, 2) ;
  stralloc_free(&sa) ;
}

static void a_value_ends_at_its_nul (void **state)
{
  int dir = *(int *)*state ;
  stralloc sa = STRALLOC_ZERO ;
  size_t n ;
  put(dir, "X", "a\0Y=1", 5, 0644) ;
  assert_int_equal(contenv_load(dir, &sa, &n), 0) ;
  assert_int_equal(n, 1) ;
  assert_int_equal(sa.len, sizeof "X=a") ;
  assert_string_equal(sa.s, "X=a") ;
  stralloc_free(&sa) ;
}

static void names_are_checked (void **state)
{
  int dir = *(int *)*state ;
  static char const *const bad[] = { "", ".", "..", ".x", "a/b", "../x", "a=b" } ;
  size_t i = 0 ;
  for (; i < sizeof bad / sizeof bad[0] ; i++)
  {
    assert_int_equal(contenv_set(dir, bad[i], "", 0), -1) ;
    assert_int_equal(errno, EINVAL) ;
  }
}

static void milliseconds_fall_back (void **state)
{
  int dir = *(int *)*state ;
  puts_in(dir, "GOOD", "250") ;
  puts_in(dir, "BAD", "2s") ;
  assert_int_equal(contenv_milliseconds(dir, "GOOD", 7), 250) ;
  assert_int_equal(contenv_milliseconds(dir, "BAD", 7), 7) ;
  assert_int_equal(contenv_milliseconds(dir, "NONE", 7), 7) ;
  assert_int_equal(contenv_milliseconds(-1, "GOOD", 7), 7) ;
}

static void the_directory_goes_to_a_group (void **state)
{
  int dir = *(int *)*state ;
  struct stat st ;
  if (geteuid()) skip() ;
  puts_in(dir, "A", "1") ;
  puts_in(dir, "outside", "1") ;
  assert_int_equal(mkdirat(dir, "env", 0700), 0) ;
  assert_int_equal(symlinkat("../outside", dir, "env/LINK"), 0) ;
  puts_in(dir, "env/B", "1") ;
  {
    int env = openat(dir, "env", O_RDONLY | O_DIRECTORY) ;
    assert_int_equal(contenv_give(env, 1234), 0) ;
    assert_int_equal(fstat(env, &st), 0) ;
    assert_int_equal(st.st_gid, 1234) ;
    assert_int_equal(st.st_mode & 07777, CONTENV_MODE) ;
    close(env) ;
  }
  assert_int_equal(fstatat(dir, "env/B", &st, 0), 0) ;
  assert_int_equal(st.st_gid, 1234) ;
  assert_int_equal(fstatat(dir, "outside", &st, 0), 0) ;
  assert_int_equal(st.st_gid, getegid()) ;
}

static void truths_are_told_from_the_rest (void **state)
{
  static char const *const yes[] = { "1", "2", "01", "true", "TRUE", "Yes" } ;
  static char const *const no[] = { "", "0", "00", "no", "false", "1x", " 1", "-1" } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof yes / sizeof yes[0] ; i++) assert_true(contenv_is_true(yes[i])) ;
  for (i = 0 ; i < sizeof no / sizeof no[0] ; i++) assert_false(contenv_is_true(no[i])) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(values_survive_byte_for_byte),
    SCRATCH(dump_and_load_agree),
    SCRATCH(echoed_file_loses_its_newline),
    SCRATCH(odd_entries_are_passed_over),
    SCRATCH(a_value_ends_at_its_nul),
    SCRATCH(names_are_checked),
    SCRATCH(milliseconds_fall_back),
    SCRATCH(the_directory_goes_to_a_group),
    cmocka_unit_test(truths_are_told_from_the_rest)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
