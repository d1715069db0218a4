/* ISC license. */

/* opath, devicenode, membership, and the edits of a new member: what a device's path leads to, and whose it is. */

#include <sys/sysmacros.h>

#include "unit.h"
#include "accountsedit.h"
#include "devicenode.h"
#include "membership.h"
#include "opath.h"

static void assert_not_opened (int dir, char const *path, int e)
{
  struct stat st ;
  assert_int_equal(devicenode_open(dir, path, &st), -1) ;
  assert_int_equal(errno, e) ;
}

static void only_what_is_below_dev_is_opened (void **state)
{
  int dir = *(int *)*state ;
  struct stat st ;
  int fd ;
  mkdirat(dir, "dev", 0755) ;
  mkdirat(dir, "dev/dri", 0755) ;
  mkdirat(dir, "etc", 0755) ;
  puts_in(dir, "etc/shadow", "") ;
  assert_int_equal(mknodat(dir, "dev/dri/card", S_IFCHR | 0600, makedev(1, 3)), 0) ;
  assert_int_equal(symlinkat("card", dir, "dev/dri/link"), 0) ;
  assert_int_equal(symlinkat("../etc", dir, "dev/etc"), 0) ;
  fd = devicenode_open(dir, "/dev/dri//card", &st) ;
  assert_true(fd >= 0) ;
  assert_true(devicenode_is(&st)) ;
  assert_int_equal(opath_chmod(fd, 0660), 0) ;
  close(fd) ;
  assert_int_equal(fstatat(dir, "dev/dri/card", &st, 0), 0) ;
  assert_int_equal(st.st_mode, S_IFCHR | 0660) ;
  fd = devicenode_open(dir, "/dev/dri/link", &st) ;
  assert_true(fd >= 0) ;
  assert_false(devicenode_is(&st)) ;
  close(fd) ;
  assert_not_opened(dir, "/etc/shadow", EXDEV) ;
  assert_not_opened(dir, "/device", EXDEV) ;
  assert_not_opened(dir, "/dev/../etc/shadow", EINVAL) ;
  assert_not_opened(dir, "/dev/..", EINVAL) ;
  assert_not_opened(dir, "/dev/etc/shadow", ENOTDIR) ;
  assert_not_opened(dir, "/dev/none", ENOENT) ;
}

static void groups_are_those_of_both_files (void **state)
{
  int dir = *(int *)*state ;
  struct membership m ;
  mkdirat(dir, "etc", 0755) ;
  puts_in(dir, "etc/passwd", "abc:x:911:912::/:\n") ;
  puts_in(dir, "etc/group", "abc:x:912:\na:x:1:root,abc\nb:x:2:abcd\n") ;
  assert_int_equal(membership_find(dir, "abcd", &m), -1) ;
  assert_int_equal(membership_find(dir, "abc", &m), 0) ;
  assert_int_equal(m.uid, 911) ;
  assert_int_equal(m.n, 2) ;
  assert_true(membership_has(&m, 912)) ;
  assert_true(membership_has(&m, 1)) ;
  assert_false(membership_has(&m, 2)) ;
  assert_false(membership_has(&m, 911)) ;
}

static void new_groups_have_a_name_of_their_own (void **state)
{
  int dir = *(int *)*state ;
  struct accountsedit edits[2] ;
  char name[ACCOUNTSEDIT_NAME_MAX] ;
  char const *where ;
  mkdirat(dir, "etc", 0755) ;
  puts_in(dir, "etc/group", "video:x:44:\ngroup45:x:1:\ngroup45_:x:2:\n") ;
  assert_int_equal(accountsedit_join(dir, 44, "abc", name, edits), 1) ;
  assert_string_equal(name, "video") ;
  assert_int_equal(accountsedit_join(dir, 46, "abc", name, edits), 2) ;
  assert_string_equal(name, "group46") ;
  assert_int_equal(accountsedit_join(dir, 45, "abc", name, edits), 2) ;
  assert_string_equal(name, "group45__") ;
  assert_int_equal(accountsedit_apply(dir, edits, 2, 1000, &where), 1) ;
  assert_int_equal(accountsedit_join(dir, 45, "abc", name, edits), 1) ;
  assert_string_equal(name, "group45__") ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(only_what_is_below_dev_is_opened),
    SCRATCH(groups_are_those_of_both_files),
    SCRATCH(new_groups_have_a_name_of_their_own)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
