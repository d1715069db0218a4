/* ISC license. */

#include "unit.h"
#include "accounts.h"

static void etc (int dir, char const *passwd, char const *group)
{
  assert_int_equal(mkdirat(dir, "etc", 0755), 0) ;
  if (passwd) puts_in(dir, "etc/passwd", passwd) ;
  if (group) puts_in(dir, "etc/group", group) ;
}

static void ids_are_decimal_and_in_range (void **state)
{
  static struct { char const *s ; int ok ; unsigned int id ; } const t[] =
  {
    { "0", 1, 0 }, { "911", 1, 911 }, { "4294967294", 1, 4294967294u }, { "4294967295", 0, 0 }, { "42949672950", 0, 0 },
    { "", 0, 0 }, { "-1", 0, 0 }, { "+1", 0, 0 }, { "0x10", 0, 0 }, { "1 ", 0, 0 }, { "1a", 0, 0 }, { "9999999999", 0, 0 }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    unsigned int id = 77 ;
    assert_int_equal(accounts_id_scan(t[i].s, strlen(t[i].s), &id), t[i].ok) ;
    assert_int_equal(id, t[i].ok ? t[i].id : 77) ;
  }
}

static void the_exact_name_is_found (void **state)
{
  int dir = *(int *)*state ;
  uid_t uid ;
  gid_t gid ;
  etc(dir, "root:x:0:0::/:\nabcd:x:1:2::/:\nxabc:x:3:4::/:\n\nshort\nabc:x:911:912::/config:/bin/false", "abcd:x:5:\nabc:x:6:root") ;
  assert_int_equal(accounts_user(dir, "abc", &uid, &gid), 0) ;
  assert_int_equal(uid, 911) ;
  assert_int_equal(gid, 912) ;
  assert_int_equal(accounts_group(dir, "abc", &gid), 0) ;
  assert_int_equal(gid, 6) ;
  assert_int_equal(accounts_user(dir, "ab", &uid, &gid), -1) ;
  assert_int_equal(errno, ENOENT) ;
}

static void bad_entries_are_named (void **state)
{
  int dir = *(int *)*state ;
  uid_t uid = 5 ;
  gid_t gid = 6 ;
  etc(dir, "abc:x:nine:911::/:\nshort:x:1\n", 0) ;
  assert_int_equal(accounts_user(dir, "abc", &uid, &gid), -1) ;
  assert_int_equal(errno, EINVAL) ;
  assert_int_equal(accounts_user(dir, "short", &uid, &gid), -1) ;
  assert_int_equal(errno, EINVAL) ;
  assert_int_equal(uid, 5) ;
  assert_int_equal(accounts_group(dir, "abc", &gid), -1) ;
  assert_int_equal(errno, ENOENT) ;
}

static void links_are_not_followed (void **state)
{
  int dir = *(int *)*state ;
  uid_t uid ;
  gid_t gid ;
  etc(dir, 0, 0) ;
  puts_in(dir, "elsewhere", "abc:x:1:1::/:\n") ;
  assert_int_equal(symlinkat("../elsewhere", dir, "etc/passwd"), 0) ;
  assert_int_equal(accounts_user(dir, "abc", &uid, &gid), -1) ;
  assert_int_equal(errno, ELOOP) ;
}

static void owner_of_an_id_is_found (void **state)
{
  int dir = *(int *)*state ;
  char name[4] ;
  etc(dir, "abc:x:911:911::/:\nlongname:x:911:1::/:\n", 0) ;
  assert_int_equal(accounts_owner_of_id(dir, "etc/passwd", 911, "abc", name, sizeof name), 1) ;
  assert_string_equal(name, "lon") ;
  assert_int_equal(accounts_owner_of_id(dir, "etc/passwd", 912, "abc", name, sizeof name), 0) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(ids_are_decimal_and_in_range),
    SCRATCH(the_exact_name_is_found),
    SCRATCH(bad_entries_are_named),
    SCRATCH(links_are_not_followed),
    SCRATCH(owner_of_an_id_is_found)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
