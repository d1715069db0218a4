/* ISC license. */

#include <sys/xattr.h>

#include <linux/xattr.h>

#include "paths.h"
#include "runaccess.h"
#include "runlinks.h"
#include "unit.h"

static char const *target (int dir, char const *name)
{
  static char buf[256] ;
  ssize_t n = readlinkat(dir, name, buf, sizeof buf - 1) ;
  assert_true(n > 0) ;
  buf[n] = 0 ;
  return buf ;
}

static void made_over_anything (void **state)
{
  char const *what ;
  int dir = *(int *)*state ;
  assert_false(runlinks_lead(dir, ANCHOR_TO_DEV)) ;
  /* what an earlier version, or an image, has there */
  assert_int_equal(mkdirat(dir, RUN_STATE, 0755), 0) ;
  puts_in(dir, RUN_STATE "/secret", "x") ;
  assert_int_equal(symlinkat("elsewhere", dir, RUN_SCANDIR), 0) ;
  assert_int_equal(mkdirat(dir, RUN_ANCHOR, 0755), 0) ;
  puts_in(dir, RUN_ANCHOR "/x", "x") ;
  puts_in(dir, RUN_ANCHOR ".new", "left over") ;
  assert_int_equal(runlinks_make(dir, ANCHOR_TO_SHM, &what), 0) ;
  assert_true(runlinks_lead(dir, ANCHOR_TO_SHM)) ;
  assert_string_equal(target(dir, RUN_STATE), "stillroot/s6") ;
  assert_string_equal(target(dir, RUN_ANCHOR), "../dev/shm/stillroot") ;
  assert_int_equal(faccessat(dir, RUN_ANCHOR ".new", F_OK, AT_SYMLINK_NOFOLLOW), -1) ;
}

static void only_the_anchor_changes (void **state)
{
  char const *what ;
  struct stat before, after ;
  int dir = *(int *)*state ;
  assert_int_equal(runlinks_make(dir, ANCHOR_TO_SHM, &what), 0) ;
  assert_int_equal(fstatat(dir, RUN_STATE, &before, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(runlinks_make(dir, ANCHOR_TO_DEV, &what), 0) ;
  assert_true(runlinks_lead(dir, ANCHOR_TO_DEV)) ;
  assert_false(runlinks_lead(dir, ANCHOR_TO_SHM)) ;
  assert_int_equal(fstatat(dir, RUN_STATE, &after, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(before.st_ino, after.st_ino) ;
  /* one that is missing, or leads elsewhere, is seen */
  assert_int_equal(unlinkat(dir, RUN_LIVE, 0), 0) ;
  assert_false(runlinks_lead(dir, ANCHOR_TO_DEV)) ;
  assert_int_equal(symlinkat("stillroot/s6-rcx", dir, RUN_LIVE), 0) ;
  assert_false(runlinks_lead(dir, ANCHOR_TO_DEV)) ;
}

/* What the user euid, who may write to it, cannot remove from a directory of this owner and mode. */
static int stays (int dir, uid_t owner, mode_t mode, uid_t euid)
{
  assert_int_equal(fchown(dir, owner, 0), 0) ;
  assert_int_equal(fchmod(dir, mode), 0) ;
  return runlinks_stay(dir, ANCHOR_TO_SHM, euid) ;
}

static void roots_links_stay_in_a_sticky_directory (void **state)
{
  static char const *const names[] = { RUN_STATE, RUN_ANCHOR } ;
  char const *what ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  assert_false(stays(dir, 0, 01777, 1000)) ;
  assert_int_equal(runlinks_make(dir, ANCHOR_TO_SHM, &what), 0) ;
  assert_true(stays(dir, 0, 01777, 1000)) ;
  assert_false(stays(dir, 0, 0777, 1000)) ;
  assert_false(stays(dir, 1000, 01777, 1000)) ;
  assert_false(stays(dir, 0, 01777, 0)) ;
  assert_false(runlinks_stay(dir, ANCHOR_TO_DEV, 1000)) ;
  for (; i < sizeof names / sizeof names[0] ; i++)
  {
    assert_int_equal(fchownat(dir, names[i], 911, 911, AT_SYMLINK_NOFOLLOW), 0) ;
    assert_false(stays(dir, 0, 01777, 1000)) ;
    /* root makes them its own */
    assert_int_equal(runlinks_make(dir, ANCHOR_TO_SHM, &what), 0) ;
    assert_true(stays(dir, 0, 01777, 1000)) ;
  }
}

static struct privileges const root = { .euid = 0 } ;

static enum runaccess access_of (int dir, uid_t uid, mode_t mode, struct privileges const *p)
{
  assert_int_equal(fchown(dir, uid, uid), 0) ;
  assert_int_equal(fchmod(dir, mode), 0) ;
  return runaccess_secure(dir, p) ;
}

static void root_takes_what_others_could_change (void **state)
{
  static struct { uid_t uid ; mode_t mode ; enum runaccess access ; mode_t after ; } const t[] =
  {
    { 0, 0755, RUNACCESS_SAFE, 0755 },
    { 0, 0700, RUNACCESS_SAFE, 0700 },
    { 0, 01777, RUNACCESS_SAFE, 01777 },
    { 0, 0777, RUNACCESS_MENDED, 01777 },
    { 0, 0775, RUNACCESS_MENDED, 01775 },
    { 0, 02777, RUNACCESS_MENDED, 03777 },
    { 911, 0755, RUNACCESS_MENDED, 0755 },
    { 911, 01777, RUNACCESS_MENDED, 01777 }
  } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct stat st ;
    assert_int_equal(access_of(dir, t[i].uid, t[i].mode, &root), t[i].access) ;
    assert_int_equal(fstat(dir, &st), 0) ;
    assert_int_equal(st.st_uid, 0) ;
    assert_int_equal(st.st_mode & 07777, t[i].after) ;
  }
}

/* An ACL of version 2, as the kernel takes it: acl(5). */
static struct { uint32_t version ; struct { uint16_t tag, perm ; uint32_t id ; } entries[5] ; } const acl =
{
  .version = 2,
  .entries = { { 0x01, 7, UINT32_MAX }, { 0x02, 7, 911 }, { 0x04, 5, UINT32_MAX }, { 0x10, 7, UINT32_MAX }, { 0x20, 5, UINT32_MAX } }
} ;

static void what_a_former_owner_wants_given_to_him_is_not (void **state)
{
  static char const name[] = XATTR_NAME_POSIX_ACL_DEFAULT ;
  int dir = *(int *)*state ;
  char buf[64] ;
  if (fsetxattr(dir, name, &acl, sizeof acl, 0) == -1) skip() ;
  /* root's own wish */
  assert_int_equal(access_of(dir, 0, 0755, &root), RUNACCESS_SAFE) ;
  assert_int_equal(fgetxattr(dir, name, buf, sizeof buf), sizeof acl) ;
  assert_int_equal(access_of(dir, 911, 0755, &root), RUNACCESS_MENDED) ;
  assert_int_equal(fgetxattr(dir, name, buf, sizeof buf), -1) ;
  assert_int_equal(errno, ENODATA) ;
}

static void another_user_leaves_it_and_needs_a_proof (void **state)
{
  struct privileges p = { .euid = 1000, .no_new_privs = 1 } ;
  struct stat st ;
  int dir = *(int *)*state ;
  /* who we are in truth decides what can become of us: a test that runs as root is not alone */
  assert_int_equal(access_of(dir, 0, 0777, &p), RUNACCESS_UNPROVEN) ;
  assert_int_equal(setresuid(1000, 1000, 0), 0) ;
  assert_int_equal(runaccess_secure(dir, &p), RUNACCESS_UNPROVEN) ;
  assert_int_equal(seteuid(0), 0) ;
  assert_int_equal(setresuid(0, 0, 0), 0) ;
  assert_int_equal(access_of(dir, 0, 01777, &p), RUNACCESS_SAFE) ;
  assert_int_equal(access_of(dir, 2000, 0755, &p), RUNACCESS_UNPROVEN) ;
  assert_int_equal(fstat(dir, &st), 0) ;
  assert_int_equal(st.st_uid, 2000) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(made_over_anything),
    SCRATCH(only_the_anchor_changes),
    SCRATCH(roots_links_stay_in_a_sticky_directory),
    SCRATCH(root_takes_what_others_could_change),
    SCRATCH(what_a_former_owner_wants_given_to_him_is_not),
    SCRATCH(another_user_leaves_it_and_needs_a_proof)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
