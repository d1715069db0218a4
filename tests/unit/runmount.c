/* ISC license. */

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include "mountpoint.h"
#include "runmount.h"
#include "unit.h"

/* The machine's own /run, in mounts of our own: the scratch directory takes its place. */
static int enter (void)
{
  int fd ;
  assert_int_equal(unshare(CLONE_NEWNS), 0) ;
  assert_int_equal(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0), 0) ;
  assert_int_equal(mount(scratch_path, "/run", 0, MS_BIND, 0), 0) ;
  fd = open("/run", O_RDONLY | O_DIRECTORY) ;
  assert_true(fd >= 0) ;
  return fd ;
}

static void leave (int fd)
{
  close(fd) ;
  umount2("/run", MNT_DETACH) ;
  umount2("/run", MNT_DETACH) ;
}

static void carries_everything_over (void **state)
{
  struct stat st ;
  char cwd[256], link[16] ;
  int old = enter(), new ;
  struct statvfs vfs ;
  (void)state ;
  assert_int_equal(mkdirat(old, "d", 0700), 0) ;
  assert_int_equal(mkdirat(old, "d/e", 0700), 0) ;
  puts_in(old, "d/e/f", "content") ;
  assert_int_equal(fchownat(old, "d/e/f", 12, 34, 0), 0) ;
  assert_int_equal(fchmodat(old, "d/e/f", 04751, 0), 0) ;
  assert_int_equal(fchownat(old, "d", 56, 78, 0), 0) ;
  assert_int_equal(fchmodat(old, "d", 03775, 0), 0) ;
  assert_int_equal(symlinkat("d/e", old, "l"), 0) ;
  assert_int_equal(fchownat(old, "l", 9, 9, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(mkfifoat(old, "fifo", 0600), 0) ;
  puts_in(old, "empty", "") ;
  /* a directory and a file that are mounted in it, from the same file system too */
  assert_int_equal(mkdirat(old, "secrets", 0755), 0) ;
  assert_int_equal(mount("none", "/run/secrets", "tmpfs", 0, "mode=0711"), 0) ;
  assert_int_equal(mkdir("/run/secrets/deep", 0755), 0) ;
  assert_int_equal(mount("none", "/run/secrets/deep", "tmpfs", 0, ""), 0) ;
  puts_in(old, "secrets/deep/x", "hidden") ;
  puts_in(old, "single", "covered") ;
  assert_int_equal(mount("/run/d/e/f", "/run/single", 0, MS_BIND, 0), 0) ;
  assert_int_equal(chdir("/usr"), 0) ;

  new = runmount(old) ;
  assert_true(new >= 0) ;
  assert_string_equal(getcwd(cwd, sizeof cwd), "/usr") ;
  assert_int_equal(fstatvfs(new, &vfs), 0) ;
  assert_int_equal(vfs.f_flag & (ST_NOSUID | ST_NODEV | ST_NOEXEC), ST_NOSUID | ST_NODEV) ;
  assert_int_equal(fstat(new, &st), 0) ;
  assert_int_equal(st.st_mode, S_IFDIR | 0755) ;
  assert_content(new, "d/e/f", "content", 7) ;
  assert_int_equal(fstatat(new, "d/e/f", &st, 0), 0) ;
  assert_int_equal(st.st_uid, 12) ;
  assert_int_equal(st.st_gid, 34) ;
  assert_int_equal(st.st_mode, S_IFREG | 04751) ;
  assert_int_equal(fstatat(new, "d", &st, 0), 0) ;
  assert_int_equal(st.st_uid, 56) ;
  assert_int_equal(st.st_mode, S_IFDIR | 03775) ;
  assert_int_equal(readlinkat(new, "l", link, sizeof link), 3) ;
  assert_int_equal(fstatat(new, "l", &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_uid, 9) ;
  assert_content(new, "empty", "", 0) ;
  assert_int_equal(fstatat(new, "fifo", &st, 0), -1) ;
  assert_content(new, "secrets/deep/x", "hidden", 6) ;
  assert_int_equal(fstatat(new, "secrets", &st, 0), 0) ;
  assert_int_equal(st.st_mode & 07777, 0711) ;
  assert_content(new, "single", "content", 7) ;
  close(new) ;
  assert_int_equal(umount2("/run", MNT_DETACH), 0) ;
  umount2("/run/single", MNT_DETACH) ;
  umount2("/run/secrets", MNT_DETACH) ;
  leave(old) ;
}

static void what_cannot_be_carried_over_leaves_run_as_it_was (void **state)
{
  struct stat before, after ;
  int old = enter() ;
  char block[8192] = "x" ;
  size_t i = 0 ;
  struct rlimit limit = { .rlim_cur = sizeof block / 2, .rlim_max = RLIM_INFINITY } ;
  (void)state ;
  put(old, "large", block, sizeof block, 0644) ;
  signal(SIGXFSZ, SIG_IGN) ;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0) ;
  assert_int_equal(stat("/run", &before), 0) ;
  for (; i < 2 ; i++)
  {
    assert_int_equal(runmount(old), -1) ;
    assert_int_equal(errno, EFBIG) ;
    assert_int_equal(stat("/run", &after), 0) ;
    assert_int_equal(before.st_dev, after.st_dev) ;
    assert_int_equal(before.st_ino, after.st_ino) ;
  }
  limit.rlim_cur = RLIM_INFINITY ;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0) ;
  leave(old) ;
}

static void mount_points_are_told (void **state)
{
  int old = enter(), fd ;
  (void)state ;
  assert_true(mountpoint_is(old)) ;
  assert_int_equal(mkdirat(old, "d", 0755), 0) ;
  fd = openat(old, "d", O_PATH) ;
  assert_false(mountpoint_is(fd)) ;
  close(fd) ;
  puts_in(old, "f", "") ;
  assert_int_equal(mount("/run/f", "/run/f", 0, MS_BIND, 0), 0) ;
  fd = openat(old, "f", O_PATH) ;
  assert_true(mountpoint_is(fd)) ;
  close(fd) ;
  umount2("/run/f", MNT_DETACH) ;
  leave(old) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(carries_everything_over),
    SCRATCH(what_cannot_be_carried_over_leaves_run_as_it_was),
    SCRATCH(mount_points_are_told)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
