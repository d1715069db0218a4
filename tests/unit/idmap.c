/* ISC license. */

#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "idmap.h"

#define LINE "%10u %10u %10u\n"

static void maps_are_read (void **state)
{
  static struct { char const *text ; size_t n ; int identity ; char const *formatted ; } const t[] =
  {
    { "         0          0 4294967295\n", 1, 1, "0-4294967294" },
    { "         0     100000      65536\n", 1, 0, "0-65535" },
    { "         0       1000          1\n", 1, 0, "0" },
    { "0 1000 1\n1 100000 65536\n", 2, 0, "0 1-65536" },
    /* all ids, but others outside; the same ones, but not all */
    { "0 1 4294967294\n", 1, 0, "0-4294967293" },
    { "0 0 4294967294\n", 1, 0, "0-4294967293" },
    { "4294967294 5 1\n", 1, 0, "4294967294" },
    { "0 1 1\n2 3 1\n4 5 1\n6 7 2\n9 9 1\n", 5, 0, "0 2 4 6-7 ..." }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct idmap m ;
    stralloc sa = STRALLOC_ZERO ;
    assert_int_equal(idmap_parse(&m, t[i].text), 0) ;
    assert_int_equal(m.n, t[i].n) ;
    assert_int_equal(m.identity, t[i].identity) ;
    assert_true(idmap_format(&m, &sa) && stralloc_0(&sa)) ;
    assert_string_equal(sa.s, t[i].formatted) ;
    stralloc_free(&sa) ;
  }
}

static void what_is_no_map_is_refused (void **state)
{
  static char const *const t[] =
  {
    "", "\n", "0 0\n", "0 0 1", "0 0 1 \n", "0 0 1\n\n", "0 0 1 1\n", "a 0 1\n", "0 0 -1\n", "0\t0\t1\n", "00 1\n", "0 0 0\n",
    "4294967295 0 1\n", "1 1 4294967295\n", "4294967296 0 1\n", "0 0 4294967296\n", "0 18446744073709551616 1\n", "0 0 1\n1"
  } ;
  struct idmap m = { .n = 7 } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    errno = 0 ;
    assert_int_equal(idmap_parse(&m, t[i]), -1) ;
    assert_int_equal(errno, EINVAL) ;
    assert_int_equal(m.n, 7) ;
  }
}

static void the_longest_map_is_read_from_its_file (void **state)
{
  int dir = *(int *)*state ;
  char text[(IDMAP_RANGES_MAX + 1) * 33 + 1] ;
  char path[sizeof scratch_path + 4] ;
  struct idmap m ;
  unsigned int i = 0 ;
  int pos = 0 ;
  snprintf(path, sizeof path, "%s/map", scratch_path) ;
  assert_int_equal(idmap_read(&m, path), -1) ;
  assert_int_equal(errno, ENOENT) ;
  for (; i < IDMAP_RANGES_MAX ; i++) pos += sprintf(text + pos, LINE, 4294000000u + 2 * i, 4000000000u + i, 1u) ;
  puts_in(dir, "map", text) ;
  assert_int_equal(idmap_read(&m, path), 0) ;
  assert_int_equal(m.n, IDMAP_RANGES_MAX) ;
  assert_true(idmap_has(&m, 4294000000u + 2 * (IDMAP_RANGES_MAX - 1))) ;
  assert_false(idmap_has(&m, 4294000001u)) ;
  sprintf(text + pos, LINE, 1u, 1u, 1u) ;
  assert_int_equal(idmap_parse(&m, text), -1) ;
}

static void ids_have_a_place_or_none (void **state)
{
  static struct idmap const unknown = IDMAP_ZERO ;
  struct idmap m ;
  (void)state ;
  assert_int_equal(idmap_parse(&m, "0 1000 1\n100 100000 10\n"), 0) ;
  assert_true(idmap_has(&m, 0)) ;
  assert_false(idmap_has(&m, 1)) ;
  assert_false(idmap_has(&m, 99)) ;
  assert_true(idmap_has(&m, 100)) ;
  assert_true(idmap_has(&m, 109)) ;
  assert_false(idmap_has(&m, 110)) ;
  assert_false(idmap_has(&m, 4294967294u)) ;
  /* no id: chown(2) leaves it as it is */
  assert_true(idmap_has(&m, 4294967295u)) ;
  assert_true(idmap_has(&unknown, 911)) ;
}

static void what_is_lacking_is_named (void **state)
{
  static struct { uid_t uid ; gid_t gid ; char const *text ; } const t[] =
  {
    { 5, 0, "PUID 5 is not mapped in this user namespace (uids 0, gids 0-9)" },
    { 0, 10, "gid 10 is not mapped in this user namespace (uids 0, gids 0-9)" },
    { 5, 10, "PUID 5 and gid 10 are not mapped in this user namespace (uids 0, gids 0-9)" }
  } ;
  struct idmap uids, gids ;
  stralloc sa = STRALLOC_ZERO ;
  size_t i = 0 ;
  (void)state ;
  assert_int_equal(idmap_parse(&uids, "0 1000 1\n"), 0) ;
  assert_int_equal(idmap_parse(&gids, "0 1000 10\n"), 0) ;
  assert_false(idmap_lack(&uids, &gids, 0, 9, "PUID", "gid", &sa)) ;
  assert_int_equal(sa.len, 0) ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    sa.len = 0 ;
    assert_true(idmap_lack(&uids, &gids, t[i].uid, t[i].gid, "PUID", "gid", &sa)) ;
    assert_true(stralloc_0(&sa)) ;
    assert_string_equal(sa.s, t[i].text) ;
  }
  stralloc_free(&sa) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(maps_are_read),
    cmocka_unit_test(what_is_no_map_is_refused),
    SCRATCH(the_longest_map_is_read_from_its_file),
    cmocka_unit_test(ids_have_a_place_or_none),
    cmocka_unit_test(what_is_lacking_is_named)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
