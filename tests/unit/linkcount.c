/* ISC license. */

#include "unit.h"
#include "linkcount.h"

static struct inode const dir = { .dev = 1, .ino = 2 }, dir2 = { .dev = 1, .ino = 3 } ;

static void name_is (void *data, char const *path, struct inode const *i)
{
  (void)i ;
  assert_string_equal(path, data) ;
}

static void all_links_seen_is_inside (void **state)
{
  struct linkcount l = LINKCOUNT_ZERO ;
  struct inode const file = { .dev = 1, .ino = 10, .change = 5, .nlink = 2 }, other = { .dev = 2, .ino = 10, .change = 5, .nlink = 2 } ;
  (void)state ;
  assert_int_equal(linkcount_inside(&l, &file), 0) ;
  assert_int_equal(linkcount_see(&l, &file, &dir, "a", "t/a"), 0) ;
  assert_int_equal(linkcount_see(&l, &other, &dir, "b", "t/b"), 0) ;
  assert_int_equal(linkcount_inside(&l, &file), 0) ;
  assert_int_equal(linkcount_left(&l, 0, 0, 0), 2) ;
  assert_int_equal(linkcount_see(&l, &file, &dir2, "a", "t/d/a"), 0) ;
  assert_int_equal(linkcount_inside(&l, &file), 1) ;
  assert_int_equal(linkcount_inside(&l, &other), 0) ;
  assert_int_equal(linkcount_left(&l, 0, &name_is, (void *)(uintptr_t)"t/b"), 1) ;
  assert_int_equal(linkcount_left(&l, 1, &name_is, (void *)(uintptr_t)"t/a"), 1) ;
  linkcount_done(&l, &file) ;
  assert_int_equal(linkcount_left(&l, 1, 0, 0), 0) ;
  linkcount_free(&l) ;
}

static void a_link_counts_once (void **state)
{
  struct linkcount l = LINKCOUNT_ZERO ;
  struct inode const file = { .dev = 1, .ino = 10, .change = 5, .nlink = 2 } ;
  (void)state ;
  /* a bind mount shows the same directory under two paths */
  assert_int_equal(linkcount_see(&l, &file, &dir, "a", "t/a"), 0) ;
  assert_int_equal(linkcount_see(&l, &file, &dir, "a", "t/again/a"), 0) ;
  assert_int_equal(linkcount_inside(&l, &file), 0) ;
  linkcount_free(&l) ;
}

static void a_change_between_the_looks_is_not_trusted (void **state)
{
  struct linkcount l = LINKCOUNT_ZERO ;
  struct inode const file = { .dev = 1, .ino = 10, .change = 5, .nlink = 2 }, renamed = { .dev = 1, .ino = 10, .change = 6, .nlink = 2 } ;
  struct inode const file2 = { .dev = 1, .ino = 11, .change = 5, .nlink = 1 }, linked = { .dev = 1, .ino = 11, .change = 6, .nlink = 2 } ;
  (void)state ;
  assert_int_equal(linkcount_see(&l, &file, &dir, "a", "t/a"), 0) ;
  assert_int_equal(linkcount_see(&l, &renamed, &dir, "b", "t/b"), 0) ;
  assert_int_equal(linkcount_inside(&l, &file), 0) ;
  assert_int_equal(linkcount_inside(&l, &renamed), 0) ;
  assert_int_equal(linkcount_see(&l, &file2, &dir, "c", "t/c"), 0) ;
  assert_int_equal(linkcount_inside(&l, &file2), 1) ;
  assert_int_equal(linkcount_inside(&l, &linked), 0) ;
  linkcount_free(&l) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(all_links_seen_is_inside),
    cmocka_unit_test(a_link_counts_once),
    cmocka_unit_test(a_change_between_the_looks_is_not_trusted)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
