/* ISC license. */

#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <linux/capability.h>

#include "lockfile.h"
#include "paths.h"
#include "rundir.h"
#include "unit.h"

/* A scratch root of our own user's, whose dev is no tmpfs of the runtime's: it may be on disk or not. */
static struct rundir look (int rootfd, uint64_t capabilities, int readonly)
{
  struct privileges const p = { .euid = geteuid(), .egid = getegid(), .capabilities = capabilities, .permitted = capabilities } ;
  struct rundir r ;
  rundir_look(rootfd, &p, readonly, &r) ;
  return r ;
}

static void a_run_that_is_no_directory_is_a_fault (void **state)
{
  int fd = *(int *)*state ;
  struct rundir r = look(fd, 0, 1) ;
  assert_int_equal(r.fault, RUNDIR_FAULT_DIRECTORY) ;
  assert_int_equal(errno, ENOENT) ;
  puts_in(fd, ROOT_RUN, "") ;
  r = look(fd, 0, 0) ;
  assert_int_equal(r.step, RUNDIR_NONE) ;
  assert_int_equal(r.fault, RUNDIR_FAULT_DIRECTORY) ;
  assert_int_equal(errno, ENOTDIR) ;
}

static void a_writable_root_without_another_place_keeps_the_state_on_disk (void **state)
{
  int fd = *(int *)*state ;
  struct rundir r = look(fd, 0, 0) ;
  assert_int_equal(r.step, RUNDIR_DISK) ;
  assert_int_equal(mkdirat(fd, ROOT_RUN, 0755), 0) ;
  r = look(fd, 0, 0) ;
  assert_int_equal(r.step, RUNDIR_DISK) ;
  assert_int_equal(r.fault, RUNDIR_FAULT_PLACE) ;
  assert_int_equal(r.obstacle, STATEDIR_ABSENT) ;
  assert_int_equal(r.memory, 0) ;
}

static void a_mount_of_our_own_is_foreseen_where_it_is_made (void **state)
{
  int fd = *(int *)*state ;
  assert_int_equal(mkdirat(fd, ROOT_RUN, 0755), 0) ;
  assert_int_equal(look(fd, 1ull << CAP_SYS_ADMIN, 1).step, RUNDIR_MOUNTED) ;
  assert_int_equal(look(fd, 1ull << CAP_SYS_ADMIN, 0).step, RUNDIR_DISK) ;
}

static void nothing_is_made (void **state)
{
  int fd = *(int *)*state ;
  assert_int_equal(mkdirat(fd, ROOT_RUN, 0755), 0) ;
  assert_int_equal(mkdirat(fd, ROOT_DEV, 0755), 0) ;
  assert_int_equal(mkdirat(fd, ROOT_SHM, 01777), 0) ;
  look(fd, 0, 0) ;
  look(fd, 1ull << CAP_SYS_ADMIN, 1) ;
  assert_int_equal(fstree_list(fd, ROOT_RUN, 0, 0), 0) ;
  assert_int_equal(fstree_list(fd, ROOT_DEV, 0, 0), 1) ;
  assert_int_equal(fstree_list(fd, ROOT_SHM, 0, 0), 0) ;
}

static void a_run_of_another_user_that_cannot_be_taken_is_exposed (void **state)
{
  int fd = *(int *)*state ;
  if (geteuid()) skip() ;
  assert_int_equal(mkdirat(fd, ROOT_RUN, 0755), 0) ;
  assert_int_equal(fchownat(fd, ROOT_RUN, 911, 911, 0), 0) ;
  assert_int_equal(look(fd, 0, 0).fault, RUNDIR_FAULT_EXPOSED) ;
  assert_int_equal(look(fd, 1ull << CAP_CHOWN, 0).step, RUNDIR_DISK) ;
}

/* A tmpfs on the scratch root's /run, in mounts of our own. Returns the root, seen with them. */
static int mount_run (char const *options)
{
  char path[128] ;
  int fd ;
  assert_int_equal(unshare(CLONE_NEWNS), 0) ;
  assert_int_equal(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0), 0) ;
  snprintf(path, sizeof path, "%s/" ROOT_RUN, scratch_path) ;
  assert_int_equal(mkdir(path, 0755), 0) ;
  assert_int_equal(mount("none", path, "tmpfs", 0, options), 0) ;
  fd = open(scratch_path, O_RDONLY | O_DIRECTORY) ;
  assert_true(fd >= 0) ;
  return fd ;
}

static void unmount_run (int rootfd)
{
  char path[128] ;
  close(rootfd) ;
  snprintf(path, sizeof path, "%s/" ROOT_RUN, scratch_path) ;
  assert_int_equal(umount2(path, MNT_DETACH), 0) ;
}

/* Two containers that begin at the same moment: neither has an s6-svscan yet. */
static void a_volume_is_for_one_boot_at_a_time (void **state)
{
  struct privileges const p = { .euid = 0, .capabilities = 1ull << CAP_CHOWN } ;
  struct rundir r ;
  int rootfd, first, inherited ;
  (void)state ;
  if (geteuid()) skip() ;
  rootfd = mount_run("mode=0777,uid=911") ;
  first = rundir_open(rootfd, &p, 0, &r) ;
  assert_true(first >= 0) ;
  assert_int_equal(r.step, RUNDIR_AS_IS) ;
  assert_int_equal(r.access, RUNACCESS_MENDED) ;
  assert_int_equal(r.memory, 1) ;
  assert_int_equal(rundir_open(rootfd, &p, 0, &r), -1) ;
  assert_int_equal(r.fault, RUNDIR_FAULT_BUSY) ;
  assert_int_equal(r.step, RUNDIR_NONE) ;
  /* stage 2 has it until s6-svscan has its own */
  inherited = dup(first) ;
  close(first) ;
  assert_int_equal(rundir_open(rootfd, &p, 0, &r), -1) ;
  assert_int_equal(r.fault, RUNDIR_FAULT_BUSY) ;
  close(inherited) ;
  first = rundir_open(rootfd, &p, 0, &r) ;
  assert_true(first >= 0) ;
  assert_int_equal(r.access, RUNACCESS_SAFE) ;
  close(first) ;
  unmount_run(rootfd) ;
}

/* A scandir that a link leads to is another's, or nobody's: whether it is in use says nothing of this volume. */
static void a_link_to_a_scandir_in_use_is_none (void **state)
{
  struct privileges const p = { .euid = 0 } ;
  struct rundir r ;
  int rootfd, fd, lock, runfd, wstat ;
  pid_t pid ;
  (void)state ;
  if (geteuid()) skip() ;
  rootfd = mount_run("mode=0755") ;
  assert_int_equal(mkdirat(rootfd, RUN_SCANDIR, 0755), 0) ;
  assert_int_equal(mkdirat(rootfd, SCANDIR_CONTROL, 0755), 0) ;
  lock = lockfile_take(rootfd, SCANDIR_CONTROL "/lock") ;
  assert_true(lock >= 0) ;
  runfd = openat(rootfd, ROOT_RUN, O_RDONLY | O_DIRECTORY) ;
  assert_int_equal(symlinkat("../" RUN_SCANDIR, runfd, RUN_SCANDIR), 0) ;
  /* a lock of our own is nobody's */
  pid = fork() ;
  if (!pid)
  {
    fd = rundir_open(rootfd, &p, 0, &r) ;
    _exit(fd >= 0 ? 0 : 1) ;
  }
  assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
  assert_int_equal(wstat, 0) ;
  close(runfd) ;
  close(lock) ;
  unmount_run(rootfd) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(a_run_that_is_no_directory_is_a_fault),
    SCRATCH(a_writable_root_without_another_place_keeps_the_state_on_disk),
    SCRATCH(a_mount_of_our_own_is_foreseen_where_it_is_made),
    SCRATCH(nothing_is_made),
    SCRATCH(a_run_of_another_user_that_cannot_be_taken_is_exposed),
    SCRATCH(a_volume_is_for_one_boot_at_a_time),
    SCRATCH(a_link_to_a_scandir_in_use_is_none)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
