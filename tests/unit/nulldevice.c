/* ISC license. */

/* nulldevice, room: what is asked of the runtime's file systems. */

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "unit.h"
#include "nulldevice.h"
#include "paths.h"
#include "room.h"

static void assert_is_root (int fd)
{
  struct stat st, root ;
  assert_int_equal(fstat(fd, &st), 0) ;
  assert_int_equal(stat("/", &root), 0) ;
  assert_true(st.st_dev == root.st_dev && st.st_ino == root.st_ino) ;
}

static void the_device_is_opened (void **state)
{
  int fd = nulldevice_open(O_WRONLY | O_CLOEXEC) ;
  (void)state ;
  assert_true(nulldevice_exists()) ;
  assert_int_equal(write(fd, "x", 1), 1) ;
  assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC) ;
  close(fd) ;
}

/* in mount namespaces of its own, as every boot test is */
static void something_of_its_name_is_not (void **state)
{
  int dir = *(int *)*state ;
  char path[sizeof scratch_path + 5] ;
  char c = 0 ;
  int fd ;
  puts_in(dir, "null", "text") ;
  snprintf(path, sizeof path, "%s/null", scratch_path) ;
  assert_int_equal(unshare(CLONE_NEWNS), 0) ;
  assert_int_equal(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0), 0) ;
  assert_int_equal(mount(path, PATH_NULL, 0, MS_BIND, 0), 0) ;
  assert_false(nulldevice_exists()) ;
  fd = nulldevice_open(O_RDWR) ;
  assert_int_equal(read(fd, &c, 1), -1) ;
  assert_int_equal(errno, EBADF) ;
  assert_int_equal(write(fd, "x", 1), -1) ;
  assert_is_root(fd) ;
  close(fd) ;
  assert_int_equal(umount2(PATH_NULL, MNT_DETACH), 0) ;
  assert_content(dir, "null", "text", 4) ;
}

/* Exits with 0 when those that were closed are open again, on the device, and no other is touched. */
static int fill (unsigned int closed)
{
  struct stat before[3], after ;
  int fd = 0 ;
  for (; fd < 3 ; fd++) fstat(fd, before + fd) ;
  for (fd = 0 ; fd < 3 ; fd++) if (closed & 1u << fd) close(fd) ;
  if (nulldevice_fill_stdio() == -1) return 1 ;
  for (fd = 0 ; fd < 3 ; fd++)
  {
    if (fstat(fd, &after) == -1) return 2 ;
    if (closed & 1u << fd ? !S_ISCHR(after.st_mode) : after.st_ino != before[fd].st_ino) return 3 ;
    if (closed & 1u << fd && (fcntl(fd, F_GETFL) & O_ACCMODE) != (fd ? O_WRONLY : O_RDONLY)) return 4 ;
  }
  return 0 ;
}

static void closed_streams_are_filled (void **state)
{
  unsigned int closed = 0 ;
  (void)state ;
  for (; closed < 8 ; closed++)
  {
    int wstat ;
    pid_t pid = fork() ;
    if (!pid) _exit(fill(closed)) ;
    assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
    assert_int_equal(wstat, 0) ;
  }
}

static void room_is_counted_in_files_and_blocks (void **state)
{
  int fd ;
  (void)state ;
  assert_int_equal(unshare(CLONE_NEWNS), 0) ;
  assert_int_equal(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0), 0) ;
  assert_int_equal(mount("none", scratch_path, "tmpfs", 0, "size=40k,nr_inodes=11"), 0) ;
  fd = open(scratch_path, O_RDONLY | O_DIRECTORY) ;
  /* the directory itself is one */
  assert_true(room_for(fd, 10, 10)) ;
  assert_false(room_for(fd, 11, 1)) ;
  assert_false(room_for(fd, 1, 11)) ;
  puts_in(fd, "file", "x") ;
  assert_true(room_for(fd, 9, 9)) ;
  assert_false(room_for(fd, 10, 9)) ;
  assert_false(room_for(fd, 9, 10)) ;
  close(fd) ;
  assert_int_equal(umount2(scratch_path, MNT_DETACH), 0) ;
  /* no limit: nothing is counted */
  assert_int_equal(mount("none", scratch_path, "ramfs", 0, ""), 0) ;
  fd = open(scratch_path, O_RDONLY | O_DIRECTORY) ;
  assert_true(room_for(fd, 1ul << 30, 1ul << 30)) ;
  close(fd) ;
  assert_int_equal(umount2(scratch_path, MNT_DETACH), 0) ;
  assert_true(room_for(-1, 1, 1)) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(the_device_is_opened),
    SCRATCH(something_of_its_name_is_not),
    cmocka_unit_test(closed_streams_are_filled),
    SCRATCH(room_is_counted_in_files_and_blocks)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
