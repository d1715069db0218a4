/* ISC license. */

#include "unit.h"
#include "packagemanager.h"
#include "paths.h"

static void program (int dir, char const *path)
{
  put(dir, path + 1, "", 0, 0755) ;
}

static void assert_found (int dir, char const *name, char const *path)
{
  char const *found = "" ;
  struct packagemanager const *m = packagemanager_find(dir, &found) ;
  assert_non_null(m) ;
  assert_string_equal(m->name, name) ;
  assert_string_equal(found, path) ;
}

static void make_root (int dir)
{
  assert_int_equal(mkdirat(dir, ROOT_USR, 0755), 0) ;
  assert_int_equal(mkdirat(dir, "usr/bin", 0755), 0) ;
  assert_int_equal(mkdirat(dir, "usr/sbin", 0755), 0) ;
  assert_int_equal(mkdirat(dir, "sbin", 0755), 0) ;
  assert_int_equal(mkdirat(dir, ROOT_ETC, 0755), 0) ;
}

/* From the last that is looked for to the first: each comes before those that are there already. */
static void the_first_that_is_there_is_found (void **state)
{
  static struct { char const *name, *path ; } const rows[] =
  {
    { "pacman", PATH_SBIN_PACMAN }, { "pacman", PATH_PACMAN }, { "dnf", PATH_DNF5 }, { "dnf", PATH_DNF },
    { "apk", PATH_USR_APK }, { "apk", PATH_APK }, { "apt-get", PATH_APT_GET }
  } ;
  int dir = *(int *)*state ;
  char const *path = "untouched" ;
  size_t i = 0 ;
  make_root(dir) ;
  assert_null(packagemanager_find(dir, &path)) ;
  assert_string_equal(path, "untouched") ;
  put(dir, PATH_APT_GET + 1, "", 0, 0644) ;
  assert_null(packagemanager_find(dir, &path)) ;
  for (; i < sizeof rows / sizeof rows[0] ; i++)
  {
    program(dir, rows[i].path) ;
    assert_found(dir, rows[i].name, rows[i].path) ;
  }
}

/* expected 0: there is none */
static void assert_wheels (int dir, char const *release, char const *expected)
{
  stralloc sa = STRALLOC_ZERO ;
  char const *path ;
  struct packagemanager const *m = packagemanager_find(dir, &path) ;
  assert_non_null(m) ;
  if (release) puts_in(dir, ROOT_OS_RELEASE, release) ;
  assert_true(stralloc_cats(&sa, "=")) ;
  assert_int_equal(packagemanager_wheels(dir, m, &sa), expected ? 1 : 0) ;
  assert_int_equal(sa.len, 1 + (expected ? strlen(expected) : 0)) ;
  if (expected) assert_string_equal(sa.s + 1, expected) ;
  stralloc_free(&sa) ;
}

static void wheels_are_those_of_the_system (void **state)
{
  int dir = *(int *)*state ;
  make_root(dir) ;
  program(dir, PATH_PACMAN) ;
  assert_wheels(dir, "ID=alpine\nVERSION_ID=3.20.1\n", 0) ;
  program(dir, PATH_DNF) ;
  assert_wheels(dir, 0, 0) ;
  program(dir, PATH_APK) ;
  assert_wheels(dir, 0, "https://wheel-index.linuxserver.io/alpine-3.20/") ;
  assert_wheels(dir, "ID=\"alpine\"\nVERSION_ID=\"3.21\"\n", "https://wheel-index.linuxserver.io/alpine-3.21/") ;
  assert_wheels(dir, "ID=alpine\nVERSION_ID=3.22.0_alpha20250108\n", "https://wheel-index.linuxserver.io/alpine-3.22/") ;
  assert_wheels(dir, "ID=wolfi\nVERSION_ID=3.20.1\n", 0) ;
  assert_wheels(dir, "ID=alpine\nVERSION_ID=20230201\n", 0) ;
  assert_wheels(dir, "ID=alpine\nVERSION_ID=3.\n", 0) ;
  assert_wheels(dir, "ID=alpine\nVERSION_ID=.3\n", 0) ;
  assert_wheels(dir, "ID=alpine\n", 0) ;
  program(dir, PATH_APT_GET) ;
  assert_wheels(dir, 0, 0) ;
  assert_wheels(dir, "ID=debian\nVERSION_ID=12\n", 0) ;
  assert_wheels(dir, "ID=ubuntu\n", "https://wheel-index.linuxserver.io/ubuntu/") ;
  assert_int_equal(unlinkat(dir, ROOT_OS_RELEASE, 0), 0) ;
  assert_wheels(dir, 0, 0) ;
}

int main (void)
{
  struct CMUnitTest const tests[] = { SCRATCH(the_first_that_is_there_is_found), SCRATCH(wheels_are_those_of_the_system) } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
