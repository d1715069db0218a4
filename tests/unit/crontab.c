/* ISC license. */

/* crontab, cronspool: what is read from hostile places, and what is written for a daemon. */

#include <stdio.h>

#include "unit.h"
#include "cronspool.h"
#include "crontab.h"

#define JOB "* * * * * true\n"
#define ABC 911

static int read_user (int dir, char const *path, stralloc *sa)
{
  sa->len = 0 ;
  return crontab_read_user(dir, path, ABC, ABC, sa) ;
}

static void assert_refused (int r, int e)
{
  int found = errno ;
  assert_int_equal(r, -1) ;
  assert_int_equal(found, e) ;
}

static void users_file_is_read_as_the_user_could (void **state)
{
  int dir = *(int *)*state ;
  stralloc sa = STRALLOC_ZERO ;
  mkdirat(dir, "c", 0755) ;
  assert_int_equal(read_user(dir, "c/none", &sa), 0) ;
  assert_int_equal(read_user(dir, "none/none", &sa), 0) ;
  puts_in(dir, "c/abc", JOB) ;
  assert_int_equal(read_user(dir, "c/abc", &sa), 1) ;
  assert_int_equal(sa.len, sizeof JOB - 1) ;
  assert_memory_equal(sa.s, JOB, sa.len) ;
  /* root's secret, moved there */
  assert_int_equal(fchmodat(dir, "c/abc", 0600, 0), 0) ;
  assert_refused(read_user(dir, "c/abc", &sa), EACCES) ;
  assert_int_equal(sa.len, 0) ;
  assert_int_equal(fchownat(dir, "c/abc", ABC, 0, 0), 0) ;
  assert_int_equal(read_user(dir, "c/abc", &sa), 1) ;
  assert_int_equal(linkat(dir, "c/abc", dir, "c/second", 0), 0) ;
  assert_refused(read_user(dir, "c/abc", &sa), EMLINK) ;
  stralloc_free(&sa) ;
}

static void nothing_but_a_plain_file_is_read (void **state)
{
  int dir = *(int *)*state ;
  stralloc sa = STRALLOC_ZERO ;
  int fd ;
  mkdirat(dir, "c", 0755) ;
  puts_in(dir, "c/real", JOB) ;
  assert_int_equal(symlinkat("real", dir, "c/link"), 0) ;
  assert_refused(read_user(dir, "c/link", &sa), ELOOP) ;
  assert_int_equal(symlinkat("c", dir, "d"), 0) ;
  assert_refused(read_user(dir, "d/real", &sa), ENOTDIR) ;
  assert_int_equal(mkfifoat(dir, "c/fifo", 0666), 0) ;
  assert_refused(read_user(dir, "c/fifo", &sa), ENOTSUP) ;
  assert_refused(read_user(dir, "c", &sa), ENOTSUP) ;
  puts_in(dir, "c/big", "") ;
  fd = openat(dir, "c/big", O_WRONLY) ;
  assert_int_equal(ftruncate(fd, CRONTAB_MAX + 1), 0) ;
  assert_refused(read_user(dir, "c/big", &sa), EFBIG) ;
  assert_int_equal(ftruncate(fd, CRONTAB_MAX), 0) ;
  assert_int_equal(read_user(dir, "c/big", &sa), 1) ;
  close(fd) ;
  stralloc_free(&sa) ;
}

static void roots_file_is_roots_and_so_is_its_directory (void **state)
{
  int dir = *(int *)*state ;
  stralloc sa = STRALLOC_ZERO ;
  mkdirat(dir, "d", 0755) ;
  mkdirat(dir, "d/crontabs", 0755) ;
  assert_int_equal(crontab_read_trusted(dir, "d/crontabs/root", &sa), 0) ;
  puts_in(dir, "d/crontabs/root", JOB) ;
  assert_int_equal(crontab_read_trusted(dir, "d/crontabs/root", &sa), 1) ;
  fchmodat(dir, "d/crontabs/root", 0666, 0) ;
  assert_refused(crontab_read_trusted(dir, "d/crontabs/root", &sa), EPERM) ;
  fchmodat(dir, "d/crontabs/root", 0600, 0) ;
  fchownat(dir, "d/crontabs/root", ABC, 0, 0) ;
  assert_refused(crontab_read_trusted(dir, "d/crontabs/root", &sa), EPERM) ;
  fchownat(dir, "d/crontabs/root", 0, 0, 0) ;
  fchmodat(dir, "d/crontabs", 0777, 0) ;
  assert_refused(crontab_read_trusted(dir, "d/crontabs/root", &sa), EPERM) ;
  /* nothing to distrust */
  assert_int_equal(crontab_read_trusted(dir, "d/crontabs/none", &sa), 0) ;
  fchmodat(dir, "d/crontabs", 0775, 0) ;
  assert_int_equal(crontab_read_trusted(dir, "d/crontabs/root", &sa), 1) ;
  fchownat(dir, "d/crontabs", 0, ABC, 0) ;
  assert_refused(crontab_read_trusted(dir, "d/crontabs/root", &sa), EPERM) ;
  fchownat(dir, "d/crontabs", ABC, 0, 0) ;
  assert_refused(crontab_read_trusted(dir, "d/crontabs/root", &sa), EPERM) ;
  /* who has the directory above cannot have put the file there */
  fchownat(dir, "d/crontabs", 0, 0, 0) ;
  fchownat(dir, "d", ABC, ABC, 0) ;
  assert_int_equal(crontab_read_trusted(dir, "d/crontabs/root", &sa), 1) ;
  assert_int_equal(renameat(dir, "d/crontabs", dir, "d/elsewhere"), 0) ;
  assert_int_equal(symlinkat("elsewhere", dir, "d/crontabs"), 0) ;
  assert_refused(crontab_read_trusted(dir, "d/crontabs/root", &sa), ENOTDIR) ;
  stralloc_free(&sa) ;
}

static void last_line_gets_its_end (void **state)
{
  int dir = *(int *)*state ;
  stralloc sa = STRALLOC_ZERO ;
  puts_in(dir, "abc", "* * * * * true") ;
  assert_int_equal(read_user(dir, "abc", &sa), 1) ;
  assert_int_equal(sa.len, sizeof JOB - 1) ;
  assert_memory_equal(sa.s, JOB, sa.len) ;
  puts_in(dir, "abc", "") ;
  assert_int_equal(read_user(dir, "abc", &sa), 1) ;
  assert_int_equal(sa.len, 0) ;
  stralloc_free(&sa) ;
}

static void comments_are_no_entries (void **state)
{
  static struct { char const *s ; int has ; } const texts[] =
    { { "", 0 }, { "\n \t\n", 0 }, { "# a\n  # b", 0 }, { "# a\nX=1\n", 1 }, { JOB, 1 }, { "#\n\n\t* * * * * true", 1 } } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof texts / sizeof texts[0] ; i++) assert_int_equal(crontab_has_entries(texts[i].s, strlen(texts[i].s)), texts[i].has) ;
}

static void assert_is (int dir, char const *name, uid_t uid, gid_t gid, mode_t mode)
{
  struct stat st ;
  assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_uid, uid) ;
  assert_int_equal(st.st_gid, gid) ;
  assert_int_equal(st.st_mode, S_IFREG | mode) ;
}

static int install (int dir, enum crondaemon daemon)
{
  return cronspool_install(dir, daemon, "abc", ABC, JOB, sizeof JOB - 1) ;
}

static void each_daemon_gets_the_owner_it_takes (void **state)
{
  int dir = *(int *)*state ;
  fchown(dir, 0, 77) ;
  assert_int_equal(symlinkat("/etc/shadow", dir, "abc"), 0) ;
  assert_int_equal(install(dir, CRONDAEMON_CRON), 1) ;
  assert_is(dir, "abc", ABC, 77, 0600) ;
  assert_int_equal(install(dir, CRONDAEMON_CRON), 0) ;
  fchmodat(dir, "abc", 0644, 0) ;
  assert_int_equal(install(dir, CRONDAEMON_CRON), 1) ;
  assert_int_equal(install(dir, CRONDAEMON_BUSYBOX), 1) ;
  assert_is(dir, "abc", 0, 0, 0600) ;
  assert_content(dir, "abc", JOB, sizeof JOB - 1) ;
  /* the image's own file, which may be the spool's: left as it is */
  fchmodat(dir, "abc", 0644, 0) ;
  assert_int_equal(install(dir, CRONDAEMON_BUSYBOX), 0) ;
  fchmodat(dir, "abc", 0666, 0) ;
  assert_int_equal(install(dir, CRONDAEMON_BUSYBOX), 1) ;
  puts_in(dir, "abc", "other\n") ;
  assert_int_equal(install(dir, CRONDAEMON_BUSYBOX), 1) ;
}

static void only_what_root_alone_writes_is_copied (void **state)
{
  int dir = *(int *)*state ;
  stralloc names = STRALLOC_ZERO ;
  int from, to ;
  mkdirat(dir, "from", 0755) ;
  mkdirat(dir, "to", 0755) ;
  from = openat(dir, "from", O_RDONLY | O_DIRECTORY) ;
  to = openat(dir, "to", O_RDONLY | O_DIRECTORY) ;
  puts_in(from, "good", JOB) ;
  puts_in(from, "comments", "# none\n") ;
  put(from, "root", JOB, sizeof JOB - 1, 0666) ;
  assert_int_equal(symlinkat("good", from, "link"), 0) ;
  assert_int_equal(cronspool_copy(from, to), 0) ;
  assert_content(to, "good", JOB, sizeof JOB - 1) ;
  assert_int_equal(faccessat(to, "root", F_OK, 0), -1) ;
  assert_int_equal(faccessat(to, "link", F_OK, 0), -1) ;
  assert_int_equal(cronspool_list(to, &names), 0) ;
  assert_int_equal(names.len, 4) ;
  assert_memory_equal(names.s, "good", 4) ;
  stralloc_free(&names) ;
  close(from) ;
  close(to) ;
}

static void spool_is_roots (void **state)
{
  int dir = *(int *)*state ;
  int fd ;
  mkdirat(dir, "var", 0755) ;
  mkdirat(dir, "var/spool", 0755) ;
  mkdirat(dir, "var/spool/cron", 0755) ;
  assert_refused(cronspool_open(dir), ENOENT) ;
  mkdirat(dir, "crontabs", 0755) ;
  assert_int_equal(symlinkat("../../../crontabs", dir, "var/spool/cron/crontabs"), 0) ;
  fchmodat(dir, "crontabs", 01730, 0) ;
  fd = cronspool_open(dir) ;
  assert_true(fd >= 0) ;
  close(fd) ;
  fchmodat(dir, "crontabs", 01777, 0) ;
  assert_refused(cronspool_open(dir), EPERM) ;
  fchmodat(dir, "crontabs", 0755, 0) ;
  fchownat(dir, "crontabs", ABC, 0, 0) ;
  assert_refused(cronspool_open(dir), EPERM) ;
}

static void crond_counts_where_it_is_busybox (void **state)
{
  int dir = *(int *)*state ;
  mkdirat(dir, "usr", 0755) ;
  mkdirat(dir, "usr/bin", 0755) ;
  mkdirat(dir, "usr/sbin", 0755) ;
  assert_int_equal(crondaemon_find(dir), CRONDAEMON_NONE) ;
  put(dir, "usr/bin/busybox", "", 0, 0755) ;
  put(dir, "usr/sbin/crond", "", 0, 0755) ;
  assert_int_equal(crondaemon_find(dir), CRONDAEMON_NONE) ;
  put(dir, "usr/sbin/cron", "", 0, 0755) ;
  assert_int_equal(crondaemon_find(dir), CRONDAEMON_CRON) ;
  assert_int_equal(unlinkat(dir, "usr/sbin/crond", 0), 0) ;
  assert_int_equal(symlinkat("../bin/busybox", dir, "usr/sbin/crond"), 0) ;
  assert_int_equal(crondaemon_find(dir), CRONDAEMON_BUSYBOX) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(users_file_is_read_as_the_user_could),
    SCRATCH(nothing_but_a_plain_file_is_read),
    SCRATCH(roots_file_is_roots_and_so_is_its_directory),
    SCRATCH(last_line_gets_its_end),
    cmocka_unit_test(comments_are_no_entries),
    SCRATCH(each_daemon_gets_the_owner_it_takes),
    SCRATCH(only_what_root_alone_writes_is_copied),
    SCRATCH(spool_is_roots),
    SCRATCH(crond_counts_where_it_is_busybox)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
