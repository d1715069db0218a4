/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "accountslock.h"
#include "lockfile.h"
#include "paths.h"
#include "regularfile.h"
#include "shortfile.h"

/* the grain of process start times and of file times, generously */
#define GRAIN_NS 100000000

/* of /proc/PID/stat, from 1 */
#define STATE_FIELD 3
#define START_FIELD 22

static char const *const files[] = { ROOT_PASSWD_LOCK, ROOT_GROUP_LOCK, ROOT_SHADOW_LOCK, ROOT_GSHADOW_LOCK } ;

#define NFILES (sizeof files / sizeof files[0])

static int64_t nanoseconds (struct timespec const *t)
{
  return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec ;
}

static int64_t now (clockid_t clock)
{
  struct timespec t ;
  return clock_gettime(clock, &t) == -1 ? 0 : nanoseconds(&t) ;
}

/* When the process started, in nanoseconds of CLOCK_REALTIME; 0: unknown. See proc_pid_stat(5). */
static int64_t started (pid_t pid)
{
  char path[sizeof PATH_PROC "/" + PID_FMT + sizeof "/stat"] ;
  char stat[1024] ;
  char const *s ;
  uint64_t ticks ;
  ssize_t n ;
  unsigned int field = STATE_FIELD ;
  snprintf(path, sizeof path, PATH_PROC "/%ld/stat", (long)pid) ;
  n = shortfile_read(AT_FDCWD, path, stat, sizeof stat) ;
  if (n <= 0) return 0 ;
  /* the name, in parentheses, can have spaces and parentheses in it */
  s = strrchr(stat, ')') ;
  for (; s && field <= START_FIELD ; field++) s = strchr(s + 1, ' ') ;
  if (!s || !uint64_scan(s + 1, &ticks)) return 0 ;
  return now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME) + (int64_t)(ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK))) ;
}

/* 1: whoever made the lock file is there no more; 0: it may be, or the file is gone; -1 and sets errno. */
static int is_stale (int rootfd, char const *file)
{
  struct stat st ;
  char s[32] ;
  pid_t pid ;
  ssize_t n ;
  size_t len ;
  int e ;
  int fd = regularfile_open(rootfd, file, O_RDONLY | O_NOFOLLOW) ;
  if (fd == -1) return errno == ENOENT ? 0 : (errno = errno == EINVAL ? ENXIO : errno, -1) ;
  n = fstat(fd, &st) == -1 ? -1 : fd_read(fd, s, sizeof s - 1) ;
  e = errno ;
  fd_close(fd) ;
  if (n == -1) return (errno = e, -1) ;
  s[n] = 0 ;
  len = pid_scan(s, &pid) ;
  if (!len || (s[len] && s[len] != '\n') || pid <= 0) return 1 ;
  if (pid == getpid() || pid == getppid()) return 1 ;
  if (kill(pid, 0) == -1 && errno == ESRCH) return 1 ;
  return started(pid) > nanoseconds(&st.st_mtim) + GRAIN_NS ;
}

/* Watches what is removed from the directory of the lock files. */
static int watch (int rootfd)
{
  char path[sizeof PATH_OWN_FDS "/" + INT_FMT] ;
  int fd, r ;
  int etcfd = openat(rootfd, ROOT_ETC, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (etcfd == -1) return -1 ;
  fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) ;
  snprintf(path, sizeof path, PATH_OWN_FDS "/%d", etcfd) ;
  r = fd == -1 ? -1 : inotify_add_watch(fd, path, IN_DELETE | IN_MOVED_FROM) ;
  fd_close(etcfd) ;
  if (r == -1 && fd >= 0) { fd_close(fd) ; fd = -1 ; }
  return fd ;
}

/* Returns when something was removed, or the deadline is past. */
static void wait_removal (int watchfd, int64_t deadline)
{
  struct pollfd p = { .fd = watchfd, .events = POLLIN } ;
  char events[4096] ;
  int64_t left = deadline - now(CLOCK_MONOTONIC) ;
  if (left > 0 && poll(&p, 1, (int)(left / 1000000 + 1)) > 0)
    while (read(watchfd, events, sizeof events) > 0) ;
}

/* Makes the file a link to ROOT_PWD_LOCK_NEW. */
static int take (int rootfd, char const *file, int64_t deadline)
{
  int watchfd = -1, r = -1, e ;
  for (;;)
  {
    int64_t left ;
    r = linkat(rootfd, ROOT_PWD_LOCK_NEW, rootfd, file, 0) ;
    if (r == 0 || errno != EEXIST) break ;
    left = deadline - now(CLOCK_MONOTONIC) ;
    r = is_stale(rootfd, file) ;
    if (r == -1) break ;
    if (r)
    {
      r = unlinkat(rootfd, file, 0) ;
      if (r == -1 && errno != ENOENT) break ;
      continue ;
    }
    if (left <= 0) { errno = EBUSY ; r = -1 ; break ; }
    /* the first time, look again: it may have gone before the watch was there */
    if (watchfd >= 0) wait_removal(watchfd, deadline) ;
    else if ((watchfd = watch(rootfd)) == -1) { errno = EBUSY ; r = -1 ; break ; }
  }
  e = errno ;
  if (watchfd >= 0) fd_close(watchfd) ;
  errno = e ;
  return r ;
}

/* The pid as shadow-utils write it, on disk before it has the name of a lock: they never take over an empty one. */
static int write_pid (int rootfd)
{
  char fmt[PID_FMT + 1] ;
  size_t len = pid_fmt(fmt, getpid()) ;
  int e ;
  int fd ;
  fmt[len++] = 0 ;
  if (unlinkat(rootfd, ROOT_PWD_LOCK_NEW, 0) == -1 && errno != ENOENT) return -1 ;
  fd = openat(rootfd, ROOT_PWD_LOCK_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) ;
  if (fd == -1) return -1 ;
  if (allwrite(fd, fmt, len) == len && fdatasync(fd) == 0) { fd_close(fd) ; return 0 ; }
  e = errno ;
  fd_close(fd) ;
  unlinkat(rootfd, ROOT_PWD_LOCK_NEW, 0) ;
  return (errno = e, -1) ;
}

static void release (int rootfd, int lock, size_t n)
{
  while (n--) unlinkat(rootfd, files[n], 0) ;
  fd_close(lock) ;
}

/* The file that the C library locks. */
static int take_pwd_lock (int rootfd, unsigned int ms)
{
  struct stat st ;
  /* a device would be used by being opened */
  if (fstatat(rootfd, ROOT_PWD_LOCK, &st, AT_SYMLINK_NOFOLLOW) == 0 && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))) return (errno = ENXIO, -1) ;
  return lockfile_take_within(rootfd, ROOT_PWD_LOCK, ms) ;
}

int accountslock_take (int rootfd, unsigned int ms, char const **ret_where)
{
  int64_t deadline = now(CLOCK_MONOTONIC) + (int64_t)ms * 1000000 ;
  size_t i = 0 ;
  int e ;
  int lock = take_pwd_lock(rootfd, ms) ;
  if (lock == -1 || write_pid(rootfd) == -1)
  {
    e = errno ;
    if (lock >= 0) fd_close(lock) ;
    *ret_where = ROOT_PWD_LOCK ;
    return (errno = e, -1) ;
  }
  while (i < NFILES && take(rootfd, files[i], deadline) == 0) i++ ;
  e = errno ;
  unlinkat(rootfd, ROOT_PWD_LOCK_NEW, 0) ;
  if (i == NFILES) return lock ;
  *ret_where = files[i] ;
  release(rootfd, lock, i) ;
  return (errno = e, -1) ;
}

void accountslock_release (int rootfd, int lock)
{
  release(rootfd, lock, NFILES) ;
}

int accountslock_exists (int rootfd)
{
  struct stat st ;
  size_t i = 0 ;
  for (; i < NFILES ; i++) if (fstatat(rootfd, files[i], &st, AT_SYMLINK_NOFOLLOW) == 0) return 1 ;
  return 0 ;
}
