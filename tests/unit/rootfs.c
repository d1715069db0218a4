/* ISC license. */

#include <dirent.h>
#include <sched.h>
#include <sys/mount.h>

#include "unit.h"
#include "rootfs.h"

static unsigned int entries (char const *path)
{
  DIR *d = opendir(path) ;
  unsigned int n = 0 ;
  assert_non_null(d) ;
  while (readdir(d)) n++ ;
  closedir(d) ;
  return n - 2 ;
}

static void errnos_are_classified (void **state)
{
  static struct { int e ; enum writability w ; } const t[] =
  {
    { 0, WRITABLE }, { ENOSPC, WRITABLE_FULL }, { EDQUOT, WRITABLE_FULL }, { EROFS, UNWRITABLE_ROFS },
    { EACCES, UNWRITABLE_DENIED }, { EPERM, UNWRITABLE_DENIED }, { EIO, UNWRITABLE_OTHER }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++) assert_int_equal(writability_of_errno(t[i].e), t[i].w) ;
}

static void writable_directory_keeps_no_trace (void **state)
{
  int dir = *(int *)*state ;
  struct rootfs r ;
  assert_int_equal(rootfs_inspect(dir, &r), 0) ;
  assert_int_equal(r.probe, WRITABLE) ;
  assert_false(r.readonly) ;
  assert_int_equal(entries(scratch_path), 0) ;
}

/* needs root and namespaces, as every boot test does */
static int mount_scratch (char const *options, unsigned long flags)
{
  int fd ;
  assert_int_equal(unshare(CLONE_NEWNS), 0) ;
  assert_int_equal(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0), 0) ;
  assert_int_equal(mount("none", scratch_path, "tmpfs", 0, options), 0) ;
  if (flags) assert_int_equal(mount("none", scratch_path, 0, MS_REMOUNT | MS_BIND | flags, 0), 0) ;
  fd = open(scratch_path, O_RDONLY | O_DIRECTORY) ;
  assert_true(fd >= 0) ;
  return fd ;
}

static void unmount_scratch (int fd)
{
  close(fd) ;
  assert_int_equal(umount2(scratch_path, MNT_DETACH), 0) ;
}

static void readonly_mount_of_a_writable_superblock (void **state)
{
  struct rootfs r ;
  int fd = mount_scratch("", MS_RDONLY) ;
  (void)state ;
  assert_int_equal(rootfs_inspect(fd, &r), 0) ;
  assert_int_equal(r.probe, UNWRITABLE_ROFS) ;
  assert_true(r.flag_readonly) ;
  assert_true(r.readonly) ;
  unmount_scratch(fd) ;
}

static void full_is_writable (void **state)
{
  struct rootfs r ;
  char block[4096] = "" ;
  int fd = mount_scratch("size=4k", 0), file ;
  (void)state ;
  file = openat(fd, "f", O_WRONLY | O_CREAT, 0600) ;
  assert_int_equal(write(file, block, sizeof block), (ssize_t)sizeof block) ;
  close(file) ;
  assert_int_equal(rootfs_inspect(fd, &r), 0) ;
  assert_int_equal(r.probe, WRITABLE_FULL) ;
  assert_int_equal(r.probe_errno, ENOSPC) ;
  assert_false(r.readonly) ;
  assert_int_equal(entries(scratch_path), 1) ;
  unmount_scratch(fd) ;
}

static void denied_leaves_it_to_the_flag (void **state)
{
  int dir = *(int *)*state ;
  struct rootfs r ;
  assert_int_equal(seteuid(65534), 0) ;
  assert_int_equal(rootfs_inspect(dir, &r), 0) ;
  assert_int_equal(seteuid(0), 0) ;
  assert_int_equal(r.probe, UNWRITABLE_DENIED) ;
  assert_int_equal(r.readonly, r.flag_readonly) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(errnos_are_classified),
    SCRATCH(writable_directory_keeps_no_trace),
    SCRATCH(readonly_mount_of_a_writable_superblock),
    SCRATCH(full_is_writable),
    SCRATCH(denied_leaves_it_to_the_flag)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
