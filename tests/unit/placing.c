/* ISC license. */

#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <linux/fs.h>

#include "faults.h"
#include "layerentries.h"
#include "placing.h"

/* What is placed: a file has its own path for content, a link for target. */
struct item
{
  char const *path ;
  enum layer_type type ;
  mode_t mode ;
} ;

#define D LAYER_DIRECTORY
#define F LAYER_FILE
#define L LAYER_LINK

static struct layer layer ;   /* of the test */
static int rootfd, stagefd ;

static int setup (void **state)
{
  int dir ;
  /* mounts of the tests are theirs alone, and before a descriptor is opened, whose mounts it keeps; needs root */
  if (unshare(CLONE_NEWNS) == -1 || mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) == -1 || scratch_setup(state) == -1) return -1 ;
  dir = *(int *)*state ;
  if (mkdirat(dir, "root", 0755) == -1 || mkdirat(dir, "stage", 0700) == -1) return -1 ;
  rootfd = openat(dir, "root", O_RDONLY | O_DIRECTORY) ;
  stagefd = openat(dir, "stage", O_RDONLY | O_DIRECTORY) ;
  return rootfd == -1 || stagefd == -1 ? -1 : 0 ;
}

static int teardown (void **state)
{
  layer_free(&layer) ;
  close(rootfd) ;
  close(stagefd) ;
  return scratch_teardown(state) ;
}

#define PLACES(f) cmocka_unit_test_setup_teardown(f, &setup, &teardown)

static void stage_one (struct item const *item, uint32_t number)
{
  char name[16] ;
  snprintf(name, sizeof name, "%u", (unsigned int)number) ;
  unlinkat(stagefd, name, 0) ;
  if (item->type == F) put(stagefd, name, item->path, strlen(item->path), item->mode) ;
  if (item->type == L) assert_int_equal(symlinkat(item->path, stagefd, name), 0) ;
}

/* Stages the items anew. */
static void stage (struct item const *items, size_t n)
{
  struct layer_limits const limits = LAYER_LIMITS ;
  struct layerentries e ;
  char const *why ;
  size_t i = 0 ;
  layer_free(&layer) ;
  layerentries_begin(&e, &limits) ;
  for (; i < n ; i++)
  {
    assert_int_equal(layerentries_add(&e, items[i].path, items[i].type, items[i].mode, (uint32_t)i, &why), 0) ;
    stage_one(items + i, (uint32_t)i) ;
  }
  assert_true(layerentries_end(&e, 1, &layer)) ;
}

#define STAGE(...) do { struct item const staged[] = { __VA_ARGS__ } ; stage(staged, sizeof staged / sizeof staged[0]) ; } while (0)

static void assert_checked (void)
{
  stralloc why = STRALLOC_ZERO ;
  int r = placing_check(rootfd, &layer, &why) ;
  if (r == -1) fail_msg("%.*s", (int)why.len, why.s) ;
  assert_int_equal(why.len, 0) ;
}

static void assert_placed (void)
{
  stralloc why = STRALLOC_ZERO ;
  int r ;
  assert_checked() ;
  r = placing_do(rootfd, stagefd, &layer, &why) ;
  if (r == -1) fail_msg("%.*s", (int)why.len, why.s) ;
  assert_int_equal(why.len, 0) ;
}

static void assert_in_the_way (int e, char const *wanted)
{
  stralloc why = STRALLOC_ZERO ;
  assert_int_equal(placing_check(rootfd, &layer, &why), -1) ;
  assert_int_equal(errno, e) ;
  assert_true(stralloc_0(&why)) ;
  assert_string_equal(why.s, wanted) ;
  stralloc_free(&why) ;
}

/* Also when it gets in the way after the check. */
static void assert_stopped (int e)
{
  stralloc why = STRALLOC_ZERO ;
  assert_int_equal(placing_do(rootfd, stagefd, &layer, &why), -1) ;
  assert_int_equal(errno, e) ;
  assert_true(why.len > 0) ;
  stralloc_free(&why) ;
}

static struct stat stat_of (char const *path)
{
  struct stat st ;
  if (fstatat(rootfd, path, &st, AT_SYMLINK_NOFOLLOW) == -1) fail_msg("no %s", path) ;
  return st ;
}

static void assert_mode (char const *path, mode_t mode)
{
  struct stat st = stat_of(path) ;
  assert_int_equal(st.st_mode, mode) ;
  assert_int_equal(st.st_uid, 0) ;
  assert_int_equal(st.st_gid, 0) ;
}

static void assert_file (char const *path, char const *content, mode_t mode)
{
  assert_mode(path, S_IFREG | mode) ;
  assert_content(rootfd, path, content, strlen(content)) ;
}

static void assert_link (char const *path, char const *target)
{
  char buf[64] ;
  ssize_t n ;
  assert_true(S_ISLNK(stat_of(path).st_mode)) ;
  n = readlinkat(rootfd, path, buf, sizeof buf) ;
  assert_int_equal(n, (ssize_t)strlen(target)) ;
  assert_memory_equal(buf, target, (size_t)n) ;
}

static int is_there (int dir, char const *path)
{
  struct stat st ;
  return fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ;
}

static void mount_on (char const *path, char const *options)
{
  char whole[128] ;
  snprintf(whole, sizeof whole, "%s/root/%s", scratch_path, path) ;
  assert_int_equal(mount("none", whole, "tmpfs", 0, options), 0) ;
}

static void unmount (char const *path)
{
  char whole[128] ;
  snprintf(whole, sizeof whole, "%s/root/%s", scratch_path, path) ;
  assert_int_equal(umount2(whole, MNT_DETACH), 0) ;
}

static void all_is_placed (void **state)
{
  (void)state ;
  umask(077) ;
  assert_int_equal(mkdirat(rootfd, "etc", 0750), 0) ;
  assert_int_equal(fchmodat(rootfd, "etc", 01770, 0), 0) ;
  puts_in(rootfd, "etc/old", "old") ;
  assert_int_equal(symlinkat("nowhere", rootfd, "etc/oldlink"), 0) ;
  assert_int_equal(mkfifoat(rootfd, "etc/fifo", 0600), 0) ;
  puts_in(rootfd, "etc/other", "other") ;
  STAGE({ "etc", D, 0755 }, { "etc/old", F, 0644 }, { "etc/oldlink", F, 0755 }, { "etc/fifo", L, 0 }, { "new", D, 0711 }, { "new/a", D, 0755 },
    { "new/a/f", F, 0600 }, { "new/l", L, 0 }, { "new/b/c/d", D, 0700 }, { "f", F, 0644 }) ;
  assert_placed() ;
  assert_int_equal(stat_of("etc").st_mode, S_IFDIR | 01770) ;
  assert_file("etc/old", "etc/old", 0644) ;
  assert_file("etc/oldlink", "etc/oldlink", 0755) ;
  assert_link("etc/fifo", "etc/fifo") ;
  assert_content(rootfd, "etc/other", "other", 5) ;
  assert_mode("new", S_IFDIR | 0711) ;
  assert_mode("new/a", S_IFDIR | 0755) ;
  assert_file("new/a/f", "new/a/f", 0600) ;
  assert_link("new/l", "new/l") ;
  assert_mode("new/b", S_IFDIR | 0755) ;
  assert_mode("new/b/c/d", S_IFDIR | 0700) ;
  assert_file("f", "f", 0644) ;
  /* nothing is left of it, and once more is no more */
  assert_int_equal(unlinkat(AT_FDCWD, "/nowhere", 0), -1) ;
  assert_placed() ;
  assert_file("f", "f", 0644) ;
  umask(022) ;
}

static void links_of_root_are_followed (void **state)
{
  (void)state ;
  assert_int_equal(mkdirat(rootfd, "usr", 0755), 0) ;
  assert_int_equal(mkdirat(rootfd, "usr/lib", 0755), 0) ;
  assert_int_equal(symlinkat("usr/lib", rootfd, "lib"), 0) ;
  assert_int_equal(symlinkat("/usr/lib", rootfd, "lib64"), 0) ;
  STAGE({ "lib", D, 0700 }, { "lib/x/y", F, 0644 }, { "lib64/z", F, 0644 }, { "lib64/x/z", F, 0644 }) ;
  assert_placed() ;
  assert_link("lib", "usr/lib") ;
  assert_file("usr/lib/x/y", "lib/x/y", 0644) ;
  assert_file("usr/lib/z", "lib64/z", 0644) ;
  assert_file("usr/lib/x/z", "lib64/x/z", 0644) ;
  assert_int_equal(stat_of("usr/lib").st_mode, S_IFDIR | 0755) ;
  /* the same file by two names comes to one */
  STAGE({ "lib/same", F, 0644 }) ;
  assert_int_equal(linkat(stagefd, "0", stagefd, "1", 0), 0) ;
  assert_placed() ;
}

static void links_of_others_are_not (void **state)
{
  (void)state ;
  assert_int_equal(mkdirat(rootfd, "secret", 0700), 0) ;
  assert_int_equal(mkdirat(rootfd, "config", 0755), 0) ;
  assert_int_equal(fchownat(rootfd, "config", 911, 911, 0), 0) ;
  assert_int_equal(symlinkat("/secret", rootfd, "config/l"), 0) ;
  assert_int_equal(fchownat(rootfd, "config/l", 911, 911, AT_SYMLINK_NOFOLLOW), 0) ;
  STAGE({ "config/l/x", F, 0644 }) ;
  assert_in_the_way(ELOOP, "config/l: it is a directory of the mod, and in the root a link that leads to none, or that others than root could have put there") ;
  assert_stopped(ENOTDIR) ;
  STAGE({ "config/l/d/x", F, 0644 }) ;
  assert_in_the_way(ELOOP, "config/l: it is a directory of the mod, and in the root a link that leads to none, or that others than root could have put there") ;
  assert_false(is_there(rootfd, "secret/x")) ;
  assert_false(is_there(rootfd, "secret/d")) ;
  /* further up */
  STAGE({ "config/l/d/x", F, 0644 }) ;
  layer.entries[0] = layer.entries[2] ;
  layer.n = 1 ;
  assert_in_the_way(ELOOP, "config/l/d: a link on the way to it does not count, or there are too many: others than root could have put it there") ;
  assert_stopped(ELOOP) ;
  /* over it: it is replaced, not followed */
  STAGE({ "config/l", F, 0644 }, { "config/d/x", F, 0600 }) ;
  assert_placed() ;
  assert_file("config/l", "config/l", 0644) ;
  assert_file("config/d/x", "config/d/x", 0600) ;
  /* root's own that leads nowhere is no directory */
  assert_int_equal(symlinkat("gone", rootfd, "dangling"), 0) ;
  STAGE({ "dangling/x", F, 0644 }) ;
  assert_in_the_way(ELOOP, "dangling: it is a directory of the mod, and in the root a link that leads to none, or that others than root could have put there") ;
  assert_stopped(ENOTDIR) ;
  assert_false(is_there(rootfd, "gone")) ;
}

static void what_is_in_the_way_is_told (void **state)
{
  char path[128] ;
  (void)state ;
  assert_int_equal(mkdirat(rootfd, "d", 0755), 0) ;
  puts_in(rootfd, "f", "old") ;
  puts_in(rootfd, "d/f", "old") ;
  STAGE({ "a", F, 0644 }, { "d", F, 0644 }) ;
  assert_in_the_way(EISDIR, "d: it is no directory of the mod, and one in the root") ;
  assert_false(is_there(rootfd, "a")) ;
  assert_stopped(EISDIR) ;
  STAGE({ "d", L, 0 }) ;
  assert_in_the_way(EISDIR, "d: it is no directory of the mod, and one in the root") ;
  assert_stopped(EISDIR) ;
  STAGE({ "f", D, 0755 }) ;
  assert_in_the_way(ENOTDIR, "f: it is a directory of the mod, and something else in the root") ;
  assert_stopped(ENOTDIR) ;
  STAGE({ "f/x", F, 0644 }) ;
  assert_in_the_way(ENOTDIR, "f: it is a directory of the mod, and something else in the root") ;
  snprintf(path, sizeof path, "%s/root/d/f", scratch_path) ;
  assert_int_equal(mount(path, path, 0, MS_BIND, 0), 0) ;
  STAGE({ "d/f", F, 0644 }) ;
  assert_in_the_way(EBUSY, "d/f: something is mounted on it") ;
  unmount("d/f") ;
  assert_placed() ;
  assert_file("d/f", "d/f", 0644) ;
}

static void what_is_read_only_is_told (void **state)
{
  (void)state ;
  assert_int_equal(mkdirat(rootfd, "ro", 0755), 0) ;
  mount_on("ro", "mode=0755") ;
  assert_int_equal(mkdirat(rootfd, "ro/d", 0755), 0) ;
  puts_in(rootfd, "ro/f", "old") ;
  {
    char path[128] ;
    snprintf(path, sizeof path, "%s/root/ro", scratch_path) ;
    assert_int_equal(mount(0, path, 0, MS_BIND | MS_REMOUNT | MS_RDONLY, 0), 0) ;
  }
  STAGE({ "ro/f", F, 0644 }) ;
  assert_in_the_way(EROFS, "ro/f: its directory is read-only") ;
  STAGE({ "ro/new", F, 0644 }) ;
  assert_in_the_way(EROFS, "ro/new: its directory is read-only") ;
  STAGE({ "ro/d/e", D, 0755 }) ;
  assert_in_the_way(EROFS, "ro/d/e: its directory is read-only") ;
  assert_stopped(EROFS) ;
  /* a directory that is there is no change */
  STAGE({ "ro/d", D, 0755 }, { "w/f", F, 0644 }) ;
  assert_placed() ;
  unmount("ro") ;
}

/* Where the file system can; elsewhere nothing is tested. */
static void what_is_immutable_is_told (void **state)
{
  stralloc why = STRALLOC_ZERO ;
  int flags = 0, with, r, e, fd ;
  (void)state ;
  puts_in(rootfd, "i", "") ;
  STAGE({ "i", F, 0644 }) ;
  fd = openat(rootfd, "i", O_RDONLY) ;
  assert_true(fd >= 0) ;
  if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == -1) { close(fd) ; return ; }
  with = flags | FS_IMMUTABLE_FL ;
  if (ioctl(fd, FS_IOC_SETFLAGS, &with) == -1) { close(fd) ; return ; }
  r = placing_check(rootfd, &layer, &why) ;
  e = errno ;
  /* before anything can fail: it could not be removed */
  assert_int_equal(ioctl(fd, FS_IOC_SETFLAGS, &flags), 0) ;
  close(fd) ;
  assert_int_equal(r, -1) ;
  assert_int_equal(e, EPERM) ;
  assert_true(stralloc_0(&why)) ;
  assert_string_equal(why.s, "i: it may not be changed") ;
  stralloc_free(&why) ;
}

static void another_file_system (void **state)
{
  (void)state ;
  assert_int_equal(mkdirat(rootfd, "m", 0755), 0) ;
  mount_on("m", "mode=0755") ;
  puts_in(rootfd, "m/f", "old") ;
  assert_int_equal(mkdirat(rootfd, "m/s", 0755), 0) ;
  assert_int_equal(fchownat(rootfd, "m/s", 0, 34, 0), 0) ;
  assert_int_equal(fchmodat(rootfd, "m/s", 02755, 0), 0) ;
  umask(077) ;
  STAGE({ "m/f", F, 0644 }, { "m/l", L, 0 }, { "m/d", D, 0755 }, { "m/d/e/f", F, 0755 }, { "m/s/d", D, 0711 }, { "after", F, 0644 }) ;
  assert_placed() ;
  assert_file("m/f", "m/f", 0644) ;
  assert_link("m/l", "m/l") ;
  assert_mode("m/d", S_IFDIR | 0755) ;
  assert_mode("m/d/e", S_IFDIR | 0755) ;
  assert_file("m/d/e/f", "m/d/e/f", 0755) ;
  assert_int_equal(stat_of("m/s/d").st_gid, 0) ;
  assert_int_equal(stat_of("m/s/d").st_mode & 0777, 0711) ;
  assert_file("after", "after", 0644) ;
  assert_int_equal(umask(022), 077) ;
  unmount("m") ;
}

/* On the same file system, and on another. */
static struct item const many[] =
{
  { "etc", D, 0755 }, { "etc/f", F, 0644 }, { "new", D, 0700 }, { "new/d", D, 0711 }, { "new/d/f", F, 0755 }, { "new/l", L, 0 },
  { "m/f", F, 0644 }, { "m/l", L, 0 }, { "m/d", D, 0711 }, { "m/d/f", F, 0600 }
} ;
#define MANY (sizeof many / sizeof many[0])

static void begin_many (void)
{
  fstree_remove(rootfd, "etc") ;
  fstree_remove(rootfd, "new") ;
  if (is_there(rootfd, "m")) unmount("m") ;
  else assert_int_equal(mkdirat(rootfd, "m", 0755), 0) ;
  mount_on("m", "mode=0755") ;
  assert_int_equal(mkdirat(rootfd, "etc", 0750), 0) ;
  puts_in(rootfd, "etc/f", "old") ;
  puts_in(rootfd, "m/f", "old") ;
  stage(many, MANY) ;
}

/* Each file is whole, wherever it is: in its place, as it was before, or still staged. */
static void assert_nothing_lost (void)
{
  size_t i = 0 ;
  for (; i < MANY ; i++)
  {
    char name[16] ;
    if (many[i].type == D) continue ;
    snprintf(name, sizeof name, "%zu", i) ;
    if (is_there(stagefd, name))
    {
      if (many[i].type == F) assert_content(stagefd, name, many[i].path, strlen(many[i].path)) ;
      if (is_there(rootfd, many[i].path) && (!strcmp(many[i].path, "etc/f") || !strcmp(many[i].path, "m/f")))
      {
        char buf[8] ;
        int fd = openat(rootfd, many[i].path, O_RDONLY) ;
        ssize_t n = read(fd, buf, sizeof buf) ;
        assert_true((n == 3 && !memcmp(buf, "old", 3)) || (n == (ssize_t)strlen(many[i].path) && !memcmp(buf, many[i].path, (size_t)n))) ;
        close(fd) ;
      }
    }
    else if (many[i].type == F) assert_file(many[i].path, many[i].path, many[i].mode) ;
    else assert_link(many[i].path, many[i].path) ;
  }
}

static void assert_many (void)
{
  size_t i = 0 ;
  assert_int_equal(stat_of("etc").st_mode, S_IFDIR | 0750) ;
  for (i = 1 ; i < MANY ; i++)
  {
    char temporary[32] ;
    if (many[i].type == D) assert_mode(many[i].path, S_IFDIR | many[i].mode) ;
    else if (many[i].type == F) assert_file(many[i].path, many[i].path, many[i].mode) ;
    else assert_link(many[i].path, many[i].path) ;
    snprintf(temporary, sizeof temporary, "%s.stillroot", many[i].path) ;
    assert_false(is_there(rootfd, temporary)) ;
  }
}

static int do_it (int dir)
{
  stralloc why = STRALLOC_ZERO ;
  (void)dir ;
  return placing_do(rootfd, stagefd, &layer, &why) == 0 ? 0 : 1 ;
}

static int check_it (int dir)
{
  stralloc why = STRALLOC_ZERO ;
  (void)dir ;
  return placing_check(rootfd, &layer, &why) == 0 ? 0 : 1 ;
}

static void killed_anywhere_another_call_ends_it (void **state)
{
  int dir = *(int *)*state ;
  unsigned int step = 1 ;
  for (;; step++)
  {
    int killed ;
    begin_many() ;
    killed = fault_kill(&do_it, dir, step) ;
    assert_nothing_lost() ;
    if (!killed) break ;
    assert_placed() ;
    assert_many() ;
  }
  assert_many() ;
  assert_true(step > 200) ;
  unmount("m") ;
}

static void whatever_fails_another_call_ends_it (void **state)
{
  static int const calls[] =
  {
    SYS_openat, SYS_newfstatat, SYS_fstat, SYS_renameat, SYS_mkdirat, SYS_fchown, SYS_fchmod, SYS_write, SYS_fsync, SYS_utimensat, SYS_symlinkat,
    SYS_fchownat, SYS_unlinkat, SYS_readlinkat, SYS_flistxattr
  } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  for (; i < sizeof calls / sizeof calls[0] ; i++)
  {
    begin_many() ;
    fault_errno(&do_it, dir, calls[i], EIO) ;
    assert_nothing_lost() ;
    fault_errno(&do_it, dir, calls[i], ENOSPC) ;
    assert_nothing_lost() ;
    assert_placed() ;
    assert_many() ;
  }
  unmount("m") ;
}

static void a_call_that_fails_is_said (void **state)
{
  static int const needed[] = { SYS_openat, SYS_renameat, SYS_mkdirat, SYS_fchown, SYS_fchmod, SYS_write, SYS_unlinkat, SYS_symlinkat } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  for (; i < sizeof needed / sizeof needed[0] ; i++)
  {
    begin_many() ;
    assert_int_equal(fault_errno(&do_it, dir, needed[i], EIO), 1) ;
  }
  begin_many() ;
  assert_int_equal(fault_errno(&check_it, dir, SYS_openat, EMFILE), 1) ;
  assert_int_equal(fault_errno(&check_it, dir, SYS_newfstatat, EIO), 1) ;
  /* of kernels that do not tell what is mounted */
  assert_int_equal(fault_errno(&check_it, dir, SYS_statx, ENOSYS), 0) ;
  unmount("m") ;
}

/* No space on the other file system: nothing is lost, and with space it goes on. */
static void a_full_file_system (void **state)
{
  char path[128] ;
  (void)state ;
  assert_int_equal(mkdirat(rootfd, "m", 0755), 0) ;
  mount_on("m", "mode=0755,size=64k,nr_inodes=3") ;
  STAGE({ "f", F, 0644 }, { "m/a", F, 0644 }, { "m/b", F, 0644 }, { "m/c", F, 0644 }) ;
  assert_stopped(ENOSPC) ;
  assert_true(is_there(stagefd, "3")) ;
  snprintf(path, sizeof path, "%s/root/m", scratch_path) ;
  assert_int_equal(mount("none", path, "tmpfs", MS_REMOUNT, "nr_inodes=100"), 0) ;
  assert_placed() ;
  assert_file("f", "f", 0644) ;
  assert_file("m/a", "m/a", 0644) ;
  assert_file("m/c", "m/c", 0644) ;
  unmount("m") ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    PLACES(all_is_placed),
    PLACES(links_of_root_are_followed),
    PLACES(links_of_others_are_not),
    PLACES(what_is_in_the_way_is_told),
    PLACES(what_is_read_only_is_told),
    PLACES(what_is_immutable_is_told),
    PLACES(another_file_system),
    PLACES(killed_anywhere_another_call_ends_it),
    PLACES(whatever_fails_another_call_ends_it),
    PLACES(a_call_that_fails_is_said),
    PLACES(a_full_file_system)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
