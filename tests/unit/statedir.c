/* ISC license. */

#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "lockfile.h"
#include "paths.h"
#include "statedir.h"
#include "unit.h"

/* a place as the runtime mounts it, in mounts of our own; needs root */
static int mount_place (char const *options)
{
  int fd ;
  assert_int_equal(unshare(CLONE_NEWNS), 0) ;
  assert_int_equal(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0), 0) ;
  assert_int_equal(mount("none", scratch_path, "tmpfs", 0, options), 0) ;
  fd = open(scratch_path, O_RDONLY | O_DIRECTORY) ;
  assert_true(fd >= 0) ;
  return fd ;
}

static void unmount_place (int fd)
{
  close(fd) ;
  assert_int_equal(umount2(scratch_path, MNT_DETACH), 0) ;
}

static void assert_refused (int place, enum statedir_obstacle wanted)
{
  enum statedir_obstacle o ;
  int lock ;
  assert_int_equal(statedir_open(place, &lock, &o), -1) ;
  assert_int_equal(o, wanted) ;
}

/* What another process gets. */
static void assert_refused_elsewhere (int place, enum statedir_obstacle wanted)
{
  int wstat ;
  pid_t pid = fork() ;
  if (!pid)
  {
    enum statedir_obstacle o = STATEDIR_OK ;
    int lock ;
    _exit(statedir_open(place, &lock, &o) == -1 && o == wanted ? 0 : 1) ;
  }
  assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
  assert_int_equal(wstat, 0) ;
}

static void made_locked_and_taken_over (void **state)
{
  enum statedir_obstacle o ;
  struct stat st ;
  int place = mount_place("mode=1777,size=8m") ;
  int lock ;
  int fd = statedir_open(place, &lock, &o) ;
  (void)state ;
  assert_true(fd >= 0) ;
  assert_int_equal(fstatat(place, STATEDIR, &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_mode, S_IFDIR | 0755) ;
  assert_true(fcntl(lock, F_GETFD) & FD_CLOEXEC) ;
  assert_refused_elsewhere(place, STATEDIR_TAKEN) ;
  close(lock) ;
  close(fd) ;
  /* nobody has it any more */
  fd = statedir_open(place, &lock, &o) ;
  assert_true(fd >= 0) ;
  close(lock) ;
  /* an s6-svscan in it is as good as the lock */
  assert_int_equal(mkdirat(fd, RUN_SCANDIR, 0755), 0) ;
  assert_int_equal(mkdirat(fd, SCANDIR_CONTROL, 0755), 0) ;
  lock = lockfile_take(fd, SCANDIR_CONTROL "/lock") ;
  assert_true(lock >= 0) ;
  assert_refused_elsewhere(place, STATEDIR_TAKEN) ;
  close(lock) ;
  close(fd) ;
  unmount_place(place) ;
}

static void what_a_boot_has_left_makes_room (void **state)
{
  enum statedir_obstacle o ;
  struct stat st ;
  char block[4096] = "" ;
  int place = mount_place("mode=1777,size=1m") ;
  int lock, file ;
  int fd = statedir_open(place, &lock, &o) ;
  (void)state ;
  assert_true(fd >= 0) ;
  assert_int_equal(mkdirat(fd, RUN_STATE, 0755), 0) ;
  file = openat(fd, RUN_STATE "/large", O_WRONLY | O_CREAT, 0600) ;
  assert_true(file >= 0) ;
  while (write(file, block, sizeof block) == (ssize_t)sizeof block) ;
  close(file) ;
  close(lock) ;
  close(fd) ;
  fd = statedir_open(place, &lock, &o) ;
  assert_true(fd >= 0) ;
  assert_int_equal(fstatat(fd, RUN_STATE, &st, 0), -1) ;
  close(lock) ;
  close(fd) ;
  unmount_place(place) ;
}

static void places_that_are_none (void **state)
{
  struct stat st ;
  int scratch = *(int *)*state ;
  int place ;
  /* /tmp of the machine may itself be a tmpfs: the root of a kernel file system never is */
  int disk = open("/sys", O_RDONLY | O_DIRECTORY) ;
  (void)scratch ;
  assert_refused(disk, STATEDIR_DISK) ;
  close(disk) ;
  place = mount_place("mode=0777") ;
  assert_refused(place, STATEDIR_EXPOSED) ;
  unmount_place(place) ;
  place = mount_place("mode=0775") ;
  assert_refused(place, STATEDIR_EXPOSED) ;
  unmount_place(place) ;
  place = mount_place("mode=1777,uid=911") ;
  assert_refused(place, STATEDIR_EXPOSED) ;
  unmount_place(place) ;
  place = mount_place("mode=0755,size=64k") ;
  assert_refused(place, STATEDIR_FULL) ;
  /* nor is anything left that would keep another user from trying */
  assert_int_equal(fstatat(place, STATEDIR, &st, AT_SYMLINK_NOFOLLOW), -1) ;
  unmount_place(place) ;
  place = mount_place("mode=0755,nr_inodes=100") ;
  assert_refused(place, STATEDIR_FULL) ;
  unmount_place(place) ;
  /* a link, as runtimes make it, and a device, as the kernel does */
  place = mount_place("mode=0755") ;
  assert_int_equal(mknodat(place, "ptmx", S_IFCHR | 0666, makedev(5, 2)), 0) ;
  assert_refused(place, STATEDIR_MACHINE) ;
  unmount_place(place) ;
  place = mount_place("mode=0755,size=0,nr_inodes=0") ;
  assert_int_equal(symlinkat("pts/ptmx", place, "ptmx"), 0) ;
  {
    enum statedir_obstacle o ;
    int lock ;
    assert_true(statedir_open(place, &lock, &o) >= 0) ;
  }
  unmount_place(place) ;
}

static void assert_foreign (int place)
{
  assert_refused(place, STATEDIR_FOREIGN) ;
  unlinkat(place, STATEDIR, 0) ;
  unlinkat(place, STATEDIR, AT_REMOVEDIR) ;
}

static void what_others_have_prepared (void **state)
{
  char path[128] ;
  int place = mount_place("mode=1777,size=8m") ;
  (void)state ;
  assert_int_equal(symlinkat("/", place, STATEDIR), 0) ;
  assert_foreign(place) ;
  assert_int_equal(mkfifoat(place, STATEDIR, 0600), 0) ;
  assert_foreign(place) ;
  puts_in(place, STATEDIR, "") ;
  assert_foreign(place) ;
  assert_int_equal(mkdirat(place, STATEDIR, 0755), 0) ;
  assert_int_equal(fchownat(place, STATEDIR, 911, 911, 0), 0) ;
  assert_foreign(place) ;
  assert_int_equal(mkdirat(place, STATEDIR, 0755), 0) ;
  assert_int_equal(fchmodat(place, STATEDIR, 0775, 0), 0) ;
  assert_foreign(place) ;
  /* a volume that is mounted there is no memory, for all that is known of it */
  assert_int_equal(mkdirat(place, STATEDIR, 0755), 0) ;
  snprintf(path, sizeof path, "%s/" STATEDIR, scratch_path) ;
  assert_int_equal(mount("none", path, "tmpfs", 0, "mode=0755"), 0) ;
  assert_refused(place, STATEDIR_FOREIGN) ;
  assert_int_equal(umount2(path, MNT_DETACH), 0) ;
  unmount_place(place) ;
}

static void links_are_ours_or_none (void **state)
{
  enum statedir_obstacle o ;
  int place = mount_place("mode=1777,size=8m") ;
  (void)state ;
  assert_int_equal(statedir_link(place, SHM_TO_DEV, &o), 0) ;
  assert_int_equal(statedir_link(place, SHM_TO_DEV, &o), 0) ;
  assert_int_equal(statedir_link(place, "elsewhere", &o), -1) ;
  assert_int_equal(o, STATEDIR_FOREIGN) ;
  assert_int_equal(fchownat(place, STATEDIR, 911, 911, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(statedir_link(place, SHM_TO_DEV, &o), -1) ;
  assert_int_equal(o, STATEDIR_FOREIGN) ;
  unmount_place(place) ;
}

static void removed_when_it_is_the_one (void **state)
{
  enum statedir_obstacle o ;
  struct stat st ;
  int place = mount_place("mode=1777,size=8m") ;
  int run = *(int *)*state ;
  int lock ;
  int fd = statedir_open(place, &lock, &o) ;
  char target[128] ;
  assert_true(fd >= 0) ;
  assert_int_equal(mkdirat(fd, RUN_STATE, 0755), 0) ;
  puts_in(fd, RUN_STATE "/file", "secret") ;
  /* the state of this /run is elsewhere */
  assert_int_equal(mkdirat(run, RUN_STATE, 0755), 0) ;
  assert_int_equal(statedir_remove(place, run), 0) ;
  assert_content(fd, RUN_STATE "/file", "secret", 6) ;
  assert_int_equal(unlinkat(run, RUN_STATE, AT_REMOVEDIR), 0) ;
  assert_int_equal(statedir_remove(place, run), 0) ;
  assert_content(fd, RUN_STATE "/file", "secret", 6) ;
  snprintf(target, sizeof target, "/proc/self/fd/%d/" RUN_STATE, fd) ;
  assert_int_equal(symlinkat(target, run, RUN_STATE), 0) ;
  /* what is not ours stays, and so does the directory then */
  puts_in(fd, "other", "") ;
  assert_int_equal(statedir_remove(place, run), 0) ;
  assert_int_equal(fstatat(fd, RUN_STATE, &st, 0), -1) ;
  assert_int_equal(fstatat(fd, STATEDIR_LOCK, &st, 0), -1) ;
  assert_int_equal(fstatat(fd, "other", &st, 0), 0) ;
  assert_int_equal(unlinkat(fd, "other", 0), 0) ;
  assert_int_equal(mkdirat(fd, RUN_STATE, 0755), 0) ;
  assert_int_equal(statedir_remove(place, run), 0) ;
  assert_int_equal(fstatat(place, STATEDIR, &st, 0), -1) ;
  assert_int_equal(statedir_remove(place, run), 0) ;
  close(lock) ;
  close(fd) ;
  unmount_place(place) ;
}

/* Another process, which has the lock name in dir, until its end of the pipe is closed. Returns the pid. */
static pid_t hold (int dir, char const *name, int *ret_pipe)
{
  char c ;
  int ready[2], until[2] ;
  pid_t pid ;
  assert_int_equal(pipe(ready), 0) ;
  assert_int_equal(pipe(until), 0) ;
  pid = fork() ;
  if (!pid)
  {
    close(until[1]) ;
    if (lockfile_take(dir, name) == -1 || write(ready[1], "", 1) != 1) _exit(1) ;
    _exit(read(until[0], &c, 1) == 0 ? 0 : 2) ;
  }
  close(ready[1]) ;
  close(until[0]) ;
  assert_int_equal(read(ready[0], &c, 1), 1) ;
  close(ready[0]) ;
  *ret_pipe = until[1] ;
  return pid ;
}

/* An init that is executed while the first one ends has taken it over. */
static void what_another_uses_by_now_stays (void **state)
{
  static char const *const locks[] = { STATEDIR_LOCK, SCANDIR_CONTROL "/lock" } ;
  enum statedir_obstacle o ;
  int place = mount_place("mode=1777,size=8m") ;
  int lock, until, wstat ;
  int fd = statedir_open(place, &lock, &o) ;
  size_t i = 0 ;
  (void)state ;
  assert_true(fd >= 0) ;
  assert_int_equal(mkdirat(fd, RUN_STATE, 0755), 0) ;
  assert_int_equal(mkdirat(fd, RUN_SCANDIR, 0755), 0) ;
  assert_int_equal(mkdirat(fd, SCANDIR_CONTROL, 0755), 0) ;
  puts_in(fd, RUN_STATE "/file", "theirs") ;
  close(lock) ;
  for (; i < sizeof locks / sizeof locks[0] ; i++)
  {
    pid_t pid = hold(fd, locks[i], &until) ;
    assert_int_equal(statedir_remove(place, fd), 0) ;
    assert_content(fd, RUN_STATE "/file", "theirs", 6) ;
    close(until) ;
    assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
    assert_int_equal(wstat, 0) ;
  }
  assert_int_equal(statedir_remove(place, fd), 0) ;
  assert_int_equal(faccessat(place, STATEDIR, F_OK, AT_SYMLINK_NOFOLLOW), -1) ;
  close(fd) ;
  unmount_place(place) ;
}

/* Others that begin and end at the same time: each that gets the directory has it alone, and the one that is named. */
#define ROUNDS 300

static void lose (char const *what)
{
  perror(what) ;
  _exit(1) ;
}

/* What has become of a lock that is held. */
static void lose_lock (int place, int fd, int lock)
{
  struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  struct stat l = { .st_nlink = 99 }, d = { .st_nlink = 99 }, named = { .st_ino = 0 } ;
  int e = errno ;
  fstat(lock, &l) ;
  fstat(fd, &d) ;
  fstatat(place, STATEDIR, &named, AT_SYMLINK_NOFOLLOW) ;
  fcntl(lock, F_GETLK, &fl) ;
  fprintf(stderr, "links of the lock: %lu, of the directory: %lu, which is %sthe one that is named; locked by %ld\n", (unsigned long)l.st_nlink,
    (unsigned long)d.st_nlink, d.st_ino == named.st_ino ? "" : "not ", fl.l_type == F_UNLCK ? 0 : (long)fl.l_pid) ;
  errno = e ;
  lose("the lock has lost its name") ;
}

static void compete (int place, int counter)
{
  unsigned int i = 0 ;
  for (; i < ROUNDS ; i++)
  {
    enum statedir_obstacle o ;
    struct stat a, b ;
    int lock ;
    int fd = statedir_open(place, &lock, &o) ;
    if (fd == -1) { if (o != STATEDIR_TAKEN) lose(statedir_obstacle_text(o)) ; continue ; }
    if (fstat(fd, &a) == -1 || fstatat(place, STATEDIR, &b, 0) == -1 || a.st_ino != b.st_ino) lose("the directory is not the one that is named") ;
    /* alone: whoever else were here would find it */
    if (mkdirat(fd, RUN_STATE, 0755) == -1 || unlinkat(fd, RUN_STATE, AT_REMOVEDIR) == -1) lose("somebody else is in it") ;
    if (write(counter, "", 1) != 1) lose("count") ;
    if (i & 1 && unlinkat(fd, STATEDIR_LOCK, 0) == -1) lose_lock(place, fd, lock) ;
    /* another may have come, and may have gone, in between */
    if (i & 1 && unlinkat(place, STATEDIR, AT_REMOVEDIR) == -1 && errno != ENOTEMPTY && errno != ENOENT) lose("remove the directory") ;
    close(lock) ;
    close(fd) ;
  }
  _exit(0) ;
}

static void one_at_a_time (void **state)
{
  int place = mount_place("mode=1777,size=8m") ;
  int p[2], i = 0, wstat ;
  char c ;
  (void)state ;
  assert_int_equal(pipe(p), 0) ;
  for (; i < 4 ; i++) if (!fork()) compete(place, p[1]) ;
  for (i = 0 ; i < 4 ; i++)
  {
    assert_true(wait(&wstat) > 0) ;
    assert_int_equal(wstat, 0) ;
  }
  /* somebody did get it */
  assert_int_equal(read(p[0], &c, 1), 1) ;
  close(p[0]) ;
  close(p[1]) ;
  unmount_place(place) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(made_locked_and_taken_over),
    SCRATCH(what_a_boot_has_left_makes_room),
    SCRATCH(places_that_are_none),
    SCRATCH(what_others_have_prepared),
    SCRATCH(links_are_ours_or_none),
    SCRATCH(removed_when_it_is_the_one),
    SCRATCH(what_another_uses_by_now_stays),
    SCRATCH(one_at_a_time)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
