/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "filemove.h"
#include "xattrs.h"

#define SUFFIX ".stillroot"
#define COPY_SIZE 65536

static int close_with (int fd, int r)
{
  int e = errno ;
  fd_close(fd) ;
  errno = e ;
  return r ;
}

static int copy_content (int in, int out)
{
  char buf[COPY_SIZE] ;
  for (;;)
  {
    ssize_t n = fd_read(in, buf, sizeof buf) ;
    if (n <= 0) return (int)n ;
    if (allwrite(out, buf, (size_t)n) < (size_t)n) return -1 ;
  }
}

/* The owner before the mode, whose special bits a change of the owner clears; the times in the end. */
static int copy_attributes (int in, int out, struct stat const *st)
{
  struct timespec const times[2] = { st->st_atim, st->st_mtim } ;
  if (fchown(out, st->st_uid, st->st_gid) == -1) return -1 ;
  if (xattrs_copy(in, out) == -1 || fchmod(out, st->st_mode & 07777) == -1) return -1 ;
  return futimens(out, times) == -1 ? -1 : fsync(out) ;
}

static int copy_file (int fromdir, char const *from, int todir, char const *to)
{
  struct stat st ;
  int in, out, r ;
  in = openat(fromdir, from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  if (in == -1) return -1 ;
  if (fstat(in, &st) == -1) return close_with(in, -1) ;
  out = openat(todir, to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) ;
  if (out == -1) return close_with(in, -1) ;
  r = copy_content(in, out) == -1 ? -1 : copy_attributes(in, out, &st) ;
  return close_with(in, close_with(out, r)) ;
}

/* Another user who can write the directory may have put anything in its place since: only a link that is ours is given away. */
static int own_link (int todir, char const *to, struct stat const *st)
{
  struct stat now ;
  int r = -1 ;
  int fd = openat(todir, to, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1 || fstat(fd, &now) == -1) return fd == -1 ? -1 : close_with(fd, -1) ;
  if (!S_ISLNK(now.st_mode) || now.st_uid != geteuid()) errno = EBUSY ;
  else r = now.st_uid == st->st_uid && now.st_gid == st->st_gid ? 0 : fchownat(fd, "", st->st_uid, st->st_gid, AT_EMPTY_PATH) ;
  return close_with(fd, r) ;
}

static int copy_link (int fromdir, char const *from, int todir, char const *to, struct stat const *st)
{
  struct timespec const times[2] = { st->st_atim, st->st_mtim } ;
  char target[PATH_MAX] ;
  ssize_t n = readlinkat(fromdir, from, target, sizeof target) ;
  if (n == -1) return -1 ;
  if ((size_t)n == sizeof target) return (errno = ENAMETOOLONG, -1) ;
  target[n] = 0 ;
  if (symlinkat(target, todir, to) == -1) return -1 ;
  if (own_link(todir, to, st) == -1) return -1 ;
  return utimensat(todir, to, times, AT_SYMLINK_NOFOLLOW) ;
}

/* Copies it under another name, so that to is never a part of it. */
static int copy (int fromdir, char const *from, int todir, char const *to)
{
  struct stat st ;
  char tmp[PATH_MAX] ;
  int r, e ;
  if (fstatat(fromdir, from, &st, AT_SYMLINK_NOFOLLOW) == -1) return -1 ;
  if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) return (errno = ENOTSUP, -1) ;
  if (snprintf(tmp, sizeof tmp, "%s" SUFFIX, to) >= (int)sizeof tmp) return (errno = ENAMETOOLONG, -1) ;
  /* of one who was killed */
  if (unlinkat(todir, tmp, 0) == -1 && errno != ENOENT) return -1 ;
  r = S_ISLNK(st.st_mode) ? copy_link(fromdir, from, todir, tmp, &st) : copy_file(fromdir, from, todir, tmp) ;
  if (r == 0) r = renameat(todir, tmp, todir, to) ;
  e = errno ;
  if (r == -1) unlinkat(todir, tmp, 0) ;
  errno = e ;
  return r ;
}

int filemove (int fromdir, char const *from, int todir, char const *to)
{
  if (renameat(fromdir, from, todir, to) == 0) return 0 ;
  if (errno != EXDEV) return -1 ;
  return copy(fromdir, from, todir, to) == -1 ? -1 : unlinkat(fromdir, from, 0) ;
}

static int same_content (int a, int b)
{
  char s[COPY_SIZE], t[COPY_SIZE] ;
  for (;;)
  {
    size_t n, m ;
    errno = 0 ;
    n = allread(a, s, sizeof s) ;
    if (n < sizeof s && errno && errno != EPIPE) return -1 ;
    errno = 0 ;
    m = allread(b, t, sizeof t) ;
    if (m < sizeof t && errno && errno != EPIPE) return -1 ;
    if (n != m || memcmp(s, t, n)) return 0 ;
    if (n < sizeof s) return 1 ;
  }
}

static int same_file (int dirfd, char const *a, char const *b)
{
  int fda = openat(dirfd, a, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  int fdb ;
  if (fda == -1) return -1 ;
  fdb = openat(dirfd, b, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  if (fdb == -1) return close_with(fda, -1) ;
  return close_with(fda, close_with(fdb, same_content(fda, fdb))) ;
}

static int same_target (int dirfd, char const *a, char const *b)
{
  char s[PATH_MAX], t[PATH_MAX] ;
  ssize_t n = readlinkat(dirfd, a, s, sizeof s) ;
  ssize_t m = readlinkat(dirfd, b, t, sizeof t) ;
  return n == -1 || m == -1 ? -1 : n == m && !memcmp(s, t, (size_t)n) ;
}

int filemove_same (int dirfd, char const *a, char const *b)
{
  struct stat sa, sb ;
  if (fstatat(dirfd, a, &sa, AT_SYMLINK_NOFOLLOW) == -1 || fstatat(dirfd, b, &sb, AT_SYMLINK_NOFOLLOW) == -1) return -1 ;
  /* one file by two paths: who removes one of two would lose it */
  if (sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino) return 0 ;
  if (S_ISLNK(sa.st_mode) && S_ISLNK(sb.st_mode)) return same_target(dirfd, a, b) ;
  return S_ISREG(sa.st_mode) && S_ISREG(sb.st_mode) && sa.st_size == sb.st_size ? same_file(dirfd, a, b) : 0 ;
}
