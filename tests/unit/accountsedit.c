/* ISC license. */

#include <stdio.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "faults.h"
#include "accounts.h"
#include "accountsedit.h"
#include "accountsfile.h"
#include "paths.h"

#define PASSWD "root:x:0:0::/:/bin/sh\nabcd:x:1:2::/:\nuser:x:1000:1000::/:\nabc:x:911:911::/config:/bin/false\n+::::::"
#define PASSWD_1000 "root:x:0:0::/:/bin/sh\nabcd:x:1:2::/:\nuser:x:1000:1000::/:\nabc:x:1000:1001::/config:/bin/false\n+::::::"
#define GROUP "root:x:0:\nabcd:x:2:abc\n# comment\nabc:x:911:\nvideo:x:44:bob,abc\n\nlast:x:5:"
#define GROUP_1001 "root:x:0:\nabcd:x:2:abc\n# comment\nabc:x:1001:\nvideo:x:44:bob,abc\n\nlast:x:5:"
#define SHADOW "root:*:::::::\n"
#define GSHADOW "root:*::\n"

static struct accountsedit const ids = { .kind = ACCOUNTSEDIT_IDS, .name = "abc", .uid = 1000, .gid = 1001 } ;
static struct accountsedit const member = { .kind = ACCOUNTSEDIT_MEMBER, .name = "last", .member = "abc" } ;

static struct accountsedit const both[] =
{
  { .kind = ACCOUNTSEDIT_GROUP, .name = "new", .gid = 77 },
  { .kind = ACCOUNTSEDIT_USER, .name = "new", .uid = 78, .gid = 77, .home = "/h", .shell = "/s" }
} ;

#define NEW_GROUP GROUP "\nnew:x:77:\n"
#define NEW_GSHADOW GSHADOW "new:!::\n"
#define NEW_SHADOW SHADOW "new:!:::::::\n"

static void reset (int dir)
{
  put(dir, "etc/passwd", PASSWD, sizeof PASSWD - 1, 0640) ;
  put(dir, "etc/group", GROUP, sizeof GROUP - 1, 0664) ;
}

static int setup (void **state)
{
  if (scratch_setup(state) == -1 || mkdirat(*(int *)*state, "etc", 0755) == -1) return -1 ;
  reset(*(int *)*state) ;
  return 0 ;
}

#define ETC(f) cmocka_unit_test_setup_teardown(f, &setup, &scratch_teardown)

static void assert_has (int dir, char const *file, char const *s)
{
  assert_content(dir, file, s, strlen(s)) ;
}

static void assert_old (int dir)
{
  assert_has(dir, "etc/passwd", PASSWD) ;
  assert_has(dir, "etc/group", GROUP) ;
}

/* What is visible in etc, and of what is not, only the lock file that stays. */
static void assert_entries (int dir, char const *wanted)
{
  char list[512] ;
  assert_true(fstree_list(dir, "etc", list, sizeof list) > 0) ;
  assert_string_equal(list, wanted) ;
  assert_int_equal(faccessat(dir, ROOT_PWD_LOCK_NEW, F_OK, 0), -1) ;
}

static void apply (int dir, struct accountsedit const *edits, size_t n, int wanted)
{
  char const *where = "nowhere" ;
  assert_int_equal(accountsedit_apply(dir, edits, n, 0, &where), wanted) ;
  assert_string_equal(where, "nowhere") ;
}

static void refused (int dir, struct accountsedit const *edits, size_t n, int e, char const *file)
{
  char const *where = "nowhere" ;
  errno = 0 ;
  assert_int_equal(accountsedit_apply(dir, edits, n, 0, &where), -1) ;
  assert_int_equal(errno, e) ;
  assert_string_equal(where, file) ;
}

/* 0 when all is done, else the errno */
static int try (int dir, struct accountsedit const *edits, size_t n)
{
  char const *where ;
  return accountsedit_apply(dir, edits, n, 0, &where) == -1 ? errno : 0 ;
}

static int try_ids (int dir) { return try(dir, &ids, 1) ; }
static int try_both (int dir) { return try(dir, both, 2) ; }

static void only_abc_changes (void **state)
{
  int dir = *(int *)*state ;
  apply(dir, &ids, 1, 1) ;
  assert_has(dir, "etc/passwd", PASSWD_1000) ;
  assert_has(dir, "etc/group", GROUP_1001) ;
  apply(dir, &member, 1, 1) ;
  assert_has(dir, "etc/group", GROUP_1001 "abc") ;
  assert_entries(dir, "group, passwd") ;
}

static void what_is_so_already_is_not_written (void **state)
{
  int dir = *(int *)*state ;
  struct stat a, b ;
  apply(dir, &ids, 1, 1) ;
  assert_int_equal(unlinkat(dir, ROOT_PWD_LOCK, 0), 0) ;
  assert_int_equal(fstatat(dir, "etc", &a, 0), 0) ;
  apply(dir, &ids, 1, 0) ;
  /* no lock, no temporary file, no new inode: not a name was made or removed */
  assert_int_equal(fstatat(dir, "etc", &b, 0), 0) ;
  assert_memory_equal(&a.st_mtim, &b.st_mtim, sizeof a.st_mtim) ;
  assert_int_equal(faccessat(dir, ROOT_PWD_LOCK, F_OK, 0), -1) ;
  /* and only the file that changes */
  assert_int_equal(fstatat(dir, "etc/passwd", &a, 0), 0) ;
  apply(dir, &member, 1, 1) ;
  assert_int_equal(fstatat(dir, "etc/passwd", &b, 0), 0) ;
  assert_int_equal(a.st_ino, b.st_ino) ;
}

static void entries_are_added (void **state)
{
  int dir = *(int *)*state ;
  apply(dir, both, 2, 1) ;
  assert_entries(dir, "group, passwd") ;
  apply(dir, both, 2, 0) ;
  reset(dir) ;
  put(dir, "etc/shadow", SHADOW, sizeof SHADOW - 1, 0600) ;
  put(dir, "etc/gshadow", GSHADOW, sizeof GSHADOW - 1, 0600) ;
  apply(dir, both, 2, 1) ;
  assert_has(dir, "etc/group", NEW_GROUP) ;
  assert_has(dir, "etc/gshadow", NEW_GSHADOW) ;
  assert_has(dir, "etc/shadow", NEW_SHADOW) ;
  assert_has(dir, "etc/passwd", "root:x:0:0::/:/bin/sh\nabcd:x:1:2::/:\nuser:x:1000:1000::/:\nabc:x:911:911::/config:/bin/false\n"
    "new:x:78:77::/h:/s\n+::::::") ;
  apply(dir, both, 2, 0) ;
  /* what has no shadow entry gets none for being asked for again */
  put(dir, "etc/shadow", SHADOW, sizeof SHADOW - 1, 0600) ;
  apply(dir, both, 2, 0) ;
}

static void missing_files_are_made (void **state)
{
  int dir = *(int *)*state ;
  struct stat st ;
  unlinkat(dir, "etc/passwd", 0) ;
  unlinkat(dir, "etc/group", 0) ;
  refused(dir, &ids, 1, ENOENT, "etc/passwd") ;
  refused(dir, &member, 1, ENOENT, "etc/group") ;
  umask(077) ;
  apply(dir, both, 2, 1) ;
  umask(022) ;
  assert_has(dir, "etc/passwd", "new:x:78:77::/h:/s\n") ;
  assert_has(dir, "etc/group", "new:x:77:\n") ;
  assert_int_equal(fstatat(dir, "etc/passwd", &st, 0), 0) ;
  assert_int_equal(st.st_mode, S_IFREG | 0644) ;
  assert_entries(dir, "group, passwd") ;
}

static void what_is_found_wrong_is_named (void **state)
{
  static struct { char const *passwd, *group ; int e ; char const *where ; } const t[] =
  {
    { "root:x:0:0:::\n", "abc:x:911:\n", ENOENT, "etc/passwd" },
    { "", "abc:x:911:\n", ENOENT, "etc/passwd" },
    { "abc:x:911:911:::\n", "root:x:0:\n", ENOENT, "etc/group" },
    { "abc:x:911:911:::\nabc:x:1000:1001:::\n", "abc:x:911:\n", ENOTUNIQ, "etc/passwd" },
    { "abc:x:911:911:::\n", "abc:x:911:\nabc:x:912:\n", ENOTUNIQ, "etc/group" },
    { "abc:x:911\n", "abc:x:911:\n", EINVAL, "etc/passwd" },
    { "abc:x:911:911:::\n", "abc:x::\n", EINVAL, "etc/group" }
  } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    puts_in(dir, "etc/passwd", t[i].passwd) ;
    puts_in(dir, "etc/group", t[i].group) ;
    refused(dir, &ids, 1, t[i].e, t[i].where) ;
    assert_has(dir, "etc/passwd", t[i].passwd) ;
    assert_has(dir, "etc/group", t[i].group) ;
    assert_true(strlen(accountsedit_strerror(t[i].e)) > 0) ;
  }
  reset(dir) ;
  put(dir, "etc/group", "abc:x:911:\nx\0y\n", 15, 0644) ;
  refused(dir, &ids, 1, EILSEQ, "etc/group") ;
  assert_content(dir, "etc/group", "abc:x:911:\nx\0y\n", 15) ;
  assert_has(dir, "etc/passwd", PASSWD) ;
  assert_entries(dir, "group, passwd") ;
}

static void what_is_no_usual_file_is_refused (void **state)
{
  int dir = *(int *)*state ;
  int fd ;
  assert_int_equal(renameat(dir, "etc/passwd", dir, "elsewhere"), 0) ;
  assert_int_equal(symlinkat("../elsewhere", dir, "etc/passwd"), 0) ;
  refused(dir, &ids, 1, ELOOP, "etc/passwd") ;
  assert_has(dir, "elsewhere", PASSWD) ;
  assert_int_equal(unlinkat(dir, "etc/passwd", 0), 0) ;
  assert_int_equal(mkfifoat(dir, "etc/passwd", 0644), 0) ;
  refused(dir, &ids, 1, ENXIO, "etc/passwd") ;
  /* all of it is zeros that take no room on the disk */
  assert_int_equal(unlinkat(dir, "etc/passwd", 0), 0) ;
  put(dir, "etc/passwd", "", 0, 0644) ;
  fd = openat(dir, "etc/passwd", O_WRONLY) ;
  assert_int_equal(ftruncate(fd, ACCOUNTSFILE_MAX + 1), 0) ;
  close(fd) ;
  refused(dir, &ids, 1, EFBIG, "etc/passwd") ;
  assert_int_equal(renameat(dir, "elsewhere", dir, "etc/passwd"), 0) ;
  /* below an image root, a link may lead out of it */
  assert_int_equal(renameat(dir, "etc", dir, "far"), 0) ;
  assert_int_equal(symlinkat("far", dir, "etc"), 0) ;
  refused(dir, &ids, 1, ENOTDIR, "etc") ;
  assert_has(dir, "far/passwd", PASSWD) ;
  assert_int_equal(faccessat(dir, "far/.pwd.lock", F_OK, 0), -1) ;
}

static void what_exists_with_other_ids_is_refused (void **state)
{
  int dir = *(int *)*state ;
  struct accountsedit e = { .kind = ACCOUNTSEDIT_GROUP, .name = "video", .gid = 45 } ;
  refused(dir, &e, 1, EEXIST, "etc/group") ;
  e.gid = 44 ;
  apply(dir, &e, 1, 0) ;
  e = (struct accountsedit){ .kind = ACCOUNTSEDIT_USER, .name = "abc", .uid = 911, .gid = 912, .home = "/", .shell = "/" } ;
  refused(dir, &e, 1, EEXIST, "etc/passwd") ;
  e.gid = 911 ;
  apply(dir, &e, 1, 0) ;
  assert_old(dir) ;
}

static void all_edits_are_made_or_none (void **state)
{
  int dir = *(int *)*state ;
  struct accountsedit edits[3] = { both[0], { .kind = ACCOUNTSEDIT_MEMBER, .name = "new", .member = "abc" }, ids } ;
  edits[2].name = "nobody" ;
  refused(dir, edits, 3, ENOENT, "etc/passwd") ;
  assert_old(dir) ;
  apply(dir, edits, 2, 1) ;
  assert_has(dir, "etc/group", GROUP "\nnew:x:77:abc\n") ;
  apply(dir, edits, 0, 0) ;
}

static void odd_arguments_are_refused (void **state)
{
  static char const *const names[] = { "", "a:b", "a\nb", "a,b", "a\rb", "+a", "-a", "#a" } ;
  static struct accountsedit const t[] =
  {
    { .kind = ACCOUNTSEDIT_IDS, .name = "abc", .uid = (uid_t)-1, .gid = 1 },
    { .kind = ACCOUNTSEDIT_IDS, .name = "abc", .uid = 1, .gid = (gid_t)-1 },
    { .kind = ACCOUNTSEDIT_USER, .name = "x", .uid = 1, .gid = (gid_t)-1, .home = "", .shell = "" },
    { .kind = ACCOUNTSEDIT_USER, .name = "x", .uid = 1, .gid = 1, .home = "/:", .shell = "" },
    { .kind = ACCOUNTSEDIT_USER, .name = "x", .uid = 1, .gid = 1, .home = "", .shell = "\n" },
    { .kind = ACCOUNTSEDIT_USER, .name = "x", .uid = 1, .gid = 1, .home = "" }
  } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  for (; i < sizeof names / sizeof names[0] ; i++)
  {
    struct accountsedit e = { .kind = ACCOUNTSEDIT_GROUP, .name = names[i], .gid = 1 } ;
    refused(dir, &e, 1, EINVAL, "etc/group") ;
    e = (struct accountsedit){ .kind = ACCOUNTSEDIT_MEMBER, .name = "last", .member = names[i] } ;
    refused(dir, &e, 1, EINVAL, "etc/group") ;
  }
  for (i = 0 ; i < sizeof t / sizeof t[0] ; i++) refused(dir, t + i, 1, EINVAL, "etc/passwd") ;
  assert_old(dir) ;
}

/* An ACL, as linux/posix_acl_xattr.h has it: version 2, then tag, permissions, id. */
static unsigned char const acl[] =
{
  2, 0, 0, 0,
  1, 0, 6, 0, 255, 255, 255, 255,
  2, 0, 4, 0, 0xe8, 3, 0, 0,
  4, 0, 4, 0, 255, 255, 255, 255,
  16, 0, 4, 0, 255, 255, 255, 255,
  32, 0, 0, 0, 255, 255, 255, 255
} ;

static int attribute (int dir, char const *file, char const *name, char const *value, size_t len)
{
  int fd = openat(dir, file, O_RDONLY) ;
  int r ;
  assert_true(fd >= 0) ;
  r = fsetxattr(fd, name, value, len, 0) ;
  close(fd) ;
  return r ;
}

static void assert_attribute (int dir, char const *file, char const *name, void const *value, size_t len)
{
  char s[256] ;
  int fd = openat(dir, file, O_RDONLY) ;
  assert_true(fd >= 0) ;
  assert_int_equal(fgetxattr(fd, name, s, sizeof s), len) ;
  assert_memory_equal(s, value, len) ;
  close(fd) ;
}

static void the_files_keep_their_attributes (void **state)
{
  int dir = *(int *)*state ;
  struct stat st ;
  int fd = openat(dir, "etc/passwd", O_RDONLY) ;
  assert_int_equal(fsetxattr(fd, "user.stillroot", "kept", 4, 0), 0) ;
  assert_int_equal(fsetxattr(fd, "user.empty", "", 0, 0), 0) ;
  if (fsetxattr(fd, "system.posix_acl_access", acl, sizeof acl, 0) == -1) skip() ;
  close(fd) ;
  if (!getuid()) assert_int_equal(fchownat(dir, "etc/passwd", 12, 34, 0), 0) ;
  if (!getuid()) assert_int_equal(fchownat(dir, "etc/group", (uid_t)-1, 34, 0), 0) ;
  assert_int_equal(fchmodat(dir, "etc/group", 04604, 0), 0) ;
  umask(077) ;
  apply(dir, &ids, 1, 1) ;
  umask(022) ;
  assert_has(dir, "etc/passwd", PASSWD_1000) ;
  assert_attribute(dir, "etc/passwd", "user.stillroot", "kept", 4) ;
  assert_attribute(dir, "etc/passwd", "user.empty", "", 0) ;
  assert_attribute(dir, "etc/passwd", "system.posix_acl_access", acl, sizeof acl) ;
  assert_int_equal(fstatat(dir, "etc/passwd", &st, 0), 0) ;
  assert_int_equal(st.st_mode, S_IFREG | 0640) ;
  if (!getuid()) assert_int_equal(st.st_uid, 12) ;
  if (!getuid()) assert_int_equal(st.st_gid, 34) ;
  assert_int_equal(fstatat(dir, "etc/group", &st, 0), 0) ;
  assert_int_equal(st.st_mode, S_IFREG | 04604) ;
  if (!getuid()) assert_int_equal(st.st_gid, 34) ;
}

static void the_directory_hands_no_acl_down (void **state)
{
  int dir = *(int *)*state ;
  struct stat st ;
  int fd = openat(dir, "etc", O_RDONLY | O_DIRECTORY) ;
  if (fsetxattr(fd, "system.posix_acl_default", acl, sizeof acl, 0) == -1) skip() ;
  close(fd) ;
  apply(dir, &ids, 1, 1) ;
  fd = openat(dir, "etc/passwd", O_RDONLY) ;
  assert_int_equal(fgetxattr(fd, "system.posix_acl_access", 0, 0), -1) ;
  assert_int_equal(errno, ENODATA) ;
  close(fd) ;
  assert_int_equal(fstatat(dir, "etc/passwd", &st, 0), 0) ;
  assert_int_equal(st.st_mode, S_IFREG | 0640) ;
}

/* Whether the file, with an attribute that is to be kept, is before or after. */
static int is_old (int dir, char const *file, char const *before, char const *after, mode_t mode)
{
  char s[1024] ;
  struct stat st ;
  int fd = openat(dir, file, O_RDONLY) ;
  ssize_t n ;
  assert_true(fd >= 0) ;
  n = read(fd, s, sizeof s - 1) ;
  assert_true(n > 0) ;
  s[n] = 0 ;
  assert_int_equal(fstat(fd, &st), 0) ;
  assert_int_equal(st.st_mode & 07777, mode) ;
  if (!getuid()) assert_int_equal(st.st_uid, 12) ;
  assert_attribute(dir, file, "user.stillroot", "kept", 4) ;
  close(fd) ;
  if (strcmp(s, before)) assert_string_equal(s, after) ;
  return !strcmp(s, before) ;
}

static void mark (int dir, char const *file)
{
  if (!getuid()) assert_int_equal(fchownat(dir, file, 12, 34, 0), 0) ;
  assert_int_equal(attribute(dir, file, "user.stillroot", "kept", 4), 0) ;
}

static void killed_anywhere_each_file_is_old_or_new (void **state)
{
  int dir = *(int *)*state ;
  unsigned int step = 1, seen[2][2] = { { 0, 0 }, { 0, 0 } } ;
  for (;; step++)
  {
    int killed, p, g ;
    reset(dir) ;
    mark(dir, "etc/passwd") ;
    mark(dir, "etc/group") ;
    killed = fault_kill(&try_ids, dir, step) ;
    p = is_old(dir, "etc/passwd", PASSWD, PASSWD_1000, 0640) ;
    g = is_old(dir, "etc/group", GROUP, GROUP_1001, 0664) ;
    seen[p][g]++ ;
    /* the next boot */
    apply(dir, &ids, 1, p || g) ;
    assert_int_equal(is_old(dir, "etc/passwd", PASSWD, PASSWD_1000, 0640), 0) ;
    assert_int_equal(is_old(dir, "etc/group", GROUP, GROUP_1001, 0664), 0) ;
    assert_entries(dir, "group, passwd") ;
    if (!killed) break ;
  }
  /* it was killed before, between and after */
  assert_true(seen[1][1] > 20 && seen[1][0] > 0 && seen[0][0] > 10) ;
}

static void killed_anywhere_entries_are_added_once (void **state)
{
  int dir = *(int *)*state ;
  unsigned int step = 1 ;
  int killed ;
  do
  {
    reset(dir) ;
    put(dir, "etc/shadow", SHADOW, sizeof SHADOW - 1, 0600) ;
    put(dir, "etc/gshadow", GSHADOW, sizeof GSHADOW - 1, 0600) ;
    killed = fault_kill(&try_both, dir, step) ;
    assert_int_equal(try_both(dir), 0) ;
    assert_has(dir, "etc/group", NEW_GROUP) ;
    assert_has(dir, "etc/gshadow", NEW_GSHADOW) ;
    assert_has(dir, "etc/shadow", NEW_SHADOW) ;
    assert_entries(dir, "group, gshadow, passwd, shadow") ;
    step++ ;
  }
  while (killed) ;
  assert_true(step > 100) ;
}

static void a_system_call_that_fails_loses_nothing (void **state)
{
  static struct { int nr, e ; } const t[] =
  {
    { SYS_write, ENOSPC }, { SYS_fsync, EIO }, { SYS_fdatasync, ENOSPC }, { SYS_fchmod, EPERM }, { SYS_fchown, EPERM },
    { SYS_renameat, EROFS }, { SYS_renameat2, EBUSY }, { SYS_linkat, EPERM }, { SYS_fsetxattr, ENOSPC }, { SYS_flistxattr, EIO },
    { SYS_fgetxattr, EIO }, { SYS_read, EIO }, { SYS_openat, EMFILE }, { SYS_fcntl, ENOLCK }
  } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  unsigned int failed = 0 ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    int r ;
    reset(dir) ;
    mark(dir, "etc/passwd") ;
    mark(dir, "etc/group") ;
    r = fault_errno(&try_ids, dir, t[i].nr, t[i].e) ;
    /* the other of two calls that do the same */
    if (!r) continue ;
    assert_int_equal(r, t[i].e) ;
    failed++ ;
    assert_int_equal(is_old(dir, "etc/passwd", PASSWD, PASSWD_1000, 0640), 1) ;
    assert_int_equal(is_old(dir, "etc/group", GROUP, GROUP_1001, 0664), 1) ;
    assert_entries(dir, "group, passwd") ;
  }
  assert_true(failed >= sizeof t / sizeof t[0] - (getuid() ? 2 : 1)) ;
}

/* In a mount namespace of its own, or not at all. f gets a descriptor of the scratch directory there. */
static int unshared (int (*f) (int))
{
  int wstat ;
  pid_t pid = fork() ;
  if (!pid) _exit(unshare(CLONE_NEWNS) == -1 || mount(0, "/", 0, MS_REC | MS_PRIVATE, 0) == -1 || chdir(scratch_path) == -1
    ? 255 : (*f)(open(".", O_RDONLY | O_DIRECTORY))) ;
  assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
  assert_true(WIFEXITED(wstat)) ;
  if (WEXITSTATUS(wstat) == 255) skip() ;
  return WEXITSTATUS(wstat) ;
}

static int bound (int dir)
{
  return mount("etc/passwd", "etc/passwd", 0, MS_BIND, 0) == -1 ? 255 : try_ids(dir) ;
}

static int readonly (int dir)
{
  (void)dir ;
  if (mount(scratch_path, scratch_path, 0, MS_BIND, 0) == -1 || mount(0, scratch_path, 0, MS_BIND | MS_REMOUNT | MS_RDONLY, 0) == -1) return 255 ;
  return try_ids(open(scratch_path, O_RDONLY | O_DIRECTORY)) ;
}

/* asked in a child, where an assertion would go on with the parent's tests */
static int is_whole (int dir, char const *file, char const *s)
{
  char t[1024] ;
  int fd = openat(dir, file, O_RDONLY) ;
  ssize_t n = fd == -1 ? -1 : read(fd, t, sizeof t) ;
  close(fd) ;
  return n == (ssize_t)strlen(s) && !memcmp(t, s, strlen(s)) ;
}

static int full (int dir)
{
  char list[512] ;
  int fd, r ;
  ssize_t n = 1 ;
  static char const s[4096] = { 0 } ;
  if (mkdirat(dir, "small", 0755) == -1 || mount("tmpfs", "small", "tmpfs", 0, "size=64k") == -1) return 255 ;
  dir = openat(dir, "small", O_RDONLY | O_DIRECTORY) ;
  if (dir == -1 || mkdirat(dir, "etc", 0755) == -1) return 255 ;
  reset(dir) ;
  fd = openat(dir, "fill", O_WRONLY | O_CREAT, 0600) ;
  if (fd == -1) return 255 ;
  while (n > 0) n = write(fd, s, sizeof s) ;
  r = try_ids(dir) ;
  return is_whole(dir, "etc/passwd", PASSWD) && is_whole(dir, "etc/group", GROUP) && fstree_list(dir, "etc", list, sizeof list) == 2 ? r : 1 ;
}

static void where_it_cannot_be_written_it_stays (void **state)
{
  int dir = *(int *)*state ;
  assert_int_equal(unshared(&bound), EBUSY) ;
  assert_old(dir) ;
  assert_entries(dir, "group, passwd") ;
  assert_int_equal(unshared(&readonly), EROFS) ;
  assert_old(dir) ;
  assert_int_equal(unshared(&full), ENOSPC) ;
  /* nothing to do, and nothing to do it on */
  apply(dir, &ids, 1, 1) ;
  puts_in(dir, "etc/passwd.lock", "") ;
  assert_int_equal(unshared(&readonly), 0) ;
}

static void a_leftover_is_no_obstacle (void **state)
{
  int dir = *(int *)*state ;
  puts_in(dir, "etc/passwd.stillroot", "half a fi") ;
  puts_in(dir, "etc/passwd.new", "somebody else's") ;
  puts_in(dir, "etc/passwd.lock", "") ;
  puts_in(dir, ROOT_PWD_LOCK_NEW, "1") ;
  apply(dir, &ids, 1, 1) ;
  assert_has(dir, "etc/passwd", PASSWD_1000) ;
  assert_entries(dir, "group, passwd, passwd.new") ;
  /* they go away even where there is nothing to do */
  puts_in(dir, "etc/gshadow.lock", "999999999") ;
  puts_in(dir, "etc/passwd.stillroot", "half a fi") ;
  apply(dir, &ids, 1, 0) ;
  assert_entries(dir, "group, passwd, passwd.new") ;
}

static void a_held_lock_is_named (void **state)
{
  int dir = *(int *)*state ;
  int wstat ;
  char s[32] ;
  pid_t pid = fork() ;
  if (!pid) for (;;) pause() ;
  put(dir, "etc/group.lock", s, (size_t)snprintf(s, sizeof s, "%ld", (long)pid), 0600) ;
  refused(dir, &ids, 1, EBUSY, "etc/group.lock") ;
  assert_old(dir) ;
  assert_entries(dir, "group, group.lock, passwd") ;
  kill(pid, SIGKILL) ;
  assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
  apply(dir, &ids, 1, 1) ;
}

static void what_changes_meanwhile_stays_changed (void **state)
{
  static char const line[] = "\nlate:x:66:" ;
  int dir = *(int *)*state ;
  char const *where ;
  char s[32] ;
  pid_t pid = fork() ;
  if (!pid)
  {
    int fd = openat(dir, "etc/group.lock", O_WRONLY | O_CREAT, 0600) ;
    if (write(fd, s, (size_t)snprintf(s, sizeof s, "%ld", (long)getpid())) < 1) _exit(1) ;
    puts_in(dir, "ready", "") ;
    while (!watches(getppid())) poll(0, 0, 1) ;
    fd = openat(dir, "etc/group", O_WRONLY | O_APPEND) ;
    if (write(fd, line, sizeof line - 1) < 1) _exit(1) ;
    unlinkat(dir, "etc/group.lock", 0) ;
    _exit(0) ;
  }
  while (faccessat(dir, "ready", F_OK, 0) == -1) poll(0, 0, 1) ;
  assert_int_equal(accountsedit_apply(dir, &ids, 1, 1000000000, &where), 1) ;
  assert_int_equal(waitpid(pid, 0, 0), pid) ;
  assert_has(dir, "etc/group", GROUP_1001 "\nlate:x:66:") ;
}

#define WRITERS 8
#define EDITS 6

static void writers_lose_nothing_of_each_other (void **state)
{
  int dir = *(int *)*state ;
  pid_t pids[WRITERS] ;
  gid_t gid ;
  char name[32] ;
  unsigned int i = 0, j ;
  for (; i < WRITERS ; i++)
  {
    pids[i] = fork() ;
    if (pids[i]) continue ;
    for (j = 0 ; j < EDITS ; j++)
    {
      struct accountsedit const e = { .kind = ACCOUNTSEDIT_MEMBER, .name = "last", .member = name } ;
      char const *where ;
      snprintf(name, sizeof name, "m%u-%u", i, j) ;
      if (accountsedit_apply(dir, &e, 1, 1000000000, &where) != 1) _exit(1) ;
    }
    _exit(0) ;
  }
  for (i = 0 ; i < WRITERS ; i++)
  {
    int wstat ;
    assert_int_equal(waitpid(pids[i], &wstat, 0), pids[i]) ;
    assert_int_equal(wstat, 0) ;
    for (j = 0 ; j < EDITS ; j++)
    {
      snprintf(name, sizeof name, "m%u-%u", i, j) ;
      assert_int_equal(accounts_groups_of(dir, name, &gid, 1), 1) ;
    }
  }
  assert_entries(dir, "group, passwd") ;
}

static void groups_are_listed (void **state)
{
  int dir = *(int *)*state ;
  gid_t gids[3] = { 9, 9, 9 } ;
  char name[32] ;
  assert_int_equal(accounts_groups_of(dir, "abc", gids, 1), 2) ;
  assert_int_equal(gids[0], 2) ;
  assert_int_equal(gids[1], 9) ;
  assert_int_equal(accounts_groups_of(dir, "abc", gids, 3), 2) ;
  assert_int_equal(gids[1], 44) ;
  assert_int_equal(gids[2], 9) ;
  assert_int_equal(accounts_groups_of(dir, "ab", gids, 3), 0) ;
  assert_int_equal(accounts_owner_of_id(dir, "etc/group", 44, "", name, sizeof name), 1) ;
  assert_string_equal(name, "video") ;
  unlinkat(dir, "etc/group", 0) ;
  assert_int_equal(accounts_groups_of(dir, "abc", gids, 3), -1) ;
  assert_int_equal(errno, ENOENT) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    ETC(only_abc_changes),
    ETC(what_is_so_already_is_not_written),
    ETC(entries_are_added),
    ETC(missing_files_are_made),
    ETC(what_is_found_wrong_is_named),
    ETC(what_is_no_usual_file_is_refused),
    ETC(what_exists_with_other_ids_is_refused),
    ETC(all_edits_are_made_or_none),
    ETC(odd_arguments_are_refused),
    ETC(the_files_keep_their_attributes),
    ETC(the_directory_hands_no_acl_down),
    ETC(killed_anywhere_each_file_is_old_or_new),
    ETC(killed_anywhere_entries_are_added_once),
    ETC(a_system_call_that_fails_loses_nothing),
    ETC(where_it_cannot_be_written_it_stays),
    ETC(a_leftover_is_no_obstacle),
    ETC(a_held_lock_is_named),
    ETC(what_changes_meanwhile_stays_changed),
    ETC(writers_lose_nothing_of_each_other),
    ETC(groups_are_listed)
  } ;
  umask(022) ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
