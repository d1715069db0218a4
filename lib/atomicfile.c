/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "atomicfile.h"
#include "xattrs.h"

#define SUFFIX ".new-"
#define PREPARED_SUFFIX ".stillroot"

/* Where the caller has attributes to give, the content is to last too. */
static int fill (int fd, char const *s, size_t len, mode_t mode, struct stat const *attributes)
{
  if (allwrite(fd, s, len) < len) return -1 ;
  if (!attributes) return fchmod(fd, mode) ;
  /* the owner first: a change of it drops set-id bits */
  if (fchown(fd, attributes->st_uid, attributes->st_gid) == -1) return -1 ;
  return fchmod(fd, mode) == -1 ? -1 : fsync(fd) ;
}

static int rename_new (int dirfd, char const *tmp, char const *name, int replace)
{
  struct stat st ;
  if (replace) return renameat(dirfd, tmp, dirfd, name) ;
  if (renameat2(dirfd, tmp, dirfd, name, RENAME_NOREPLACE) == 0) return 0 ;
  /* not every network file system can; a seccomp profile of before renameat2(2) refuses it with EPERM */
  if (errno != EINVAL && errno != ENOSYS && errno != EPERM) return -1 ;
  if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) return (errno = EEXIST, -1) ;
  return renameat(dirfd, tmp, dirfd, name) ;
}

static int write_new (int dirfd, char const *name, char const *s, size_t len, mode_t mode, struct stat const *attributes, int replace)
{
  size_t namelen = strlen(name) ;
  char tmp[4096] ;
  int fd, e ;
  if (namelen + sizeof SUFFIX + PID_FMT > sizeof tmp) return (errno = ENAMETOOLONG, -1) ;
  memcpy(tmp, name, namelen) ;
  memcpy(tmp + namelen, SUFFIX, sizeof SUFFIX - 1) ;
  namelen += sizeof SUFFIX - 1 ;
  tmp[namelen + pid_fmt(tmp + namelen, getpid())] = 0 ;
  fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) ;
  if (fd == -1 && errno == EEXIST)
  {
    /* a leftover of a process of the same pid that was killed at this very point */
    if (unlinkat(dirfd, tmp, 0) == -1) return -1 ;
    fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) ;
  }
  if (fd == -1) return -1 ;
  if (fill(fd, s, len, mode, attributes) == -1) goto err ;
  fd_close(fd) ;
  fd = -1 ;
  if (rename_new(dirfd, tmp, name, replace) == -1) goto err ;
  return 0 ;

 err:
  e = errno ;
  if (fd >= 0) fd_close(fd) ;
  unlinkat(dirfd, tmp, 0) ;
  errno = e ;
  return -1 ;
}

int atomicfile_write (int dirfd, char const *name, char const *s, size_t len, mode_t mode)
{
  return write_new(dirfd, name, s, len, mode, 0, 1) ;
}

int atomicfile_install (int dirfd, char const *name, char const *s, size_t len, struct stat const *attributes, int replace)
{
  return write_new(dirfd, name, s, len, attributes->st_mode & 07777, attributes, replace) ;
}

/* Order matters: a change of owner drops capabilities and set-id bits, an ACL changes the mode. */
static int keep_attributes (int new, int old)
{
  struct stat o = { .st_mode = 0644 }, n ;
  if (fstat(new, &n) == -1) return -1 ;
  if (old == -1) return fchmod(new, o.st_mode) ;
  if (fstat(old, &o) == -1) return -1 ;
  /* who may not change owners may still rewrite a file of his own */
  if ((n.st_uid != o.st_uid || n.st_gid != o.st_gid) && fchown(new, o.st_uid, o.st_gid) == -1) return -1 ;
  if (xattrs_copy(old, new) == -1) return -1 ;
  return fchmod(new, o.st_mode & 07777) ;
}

static int prepared_name (char const *name, char *ret, size_t max)
{
  return snprintf(ret, max, "%s" PREPARED_SUFFIX, name) < (int)max ? 0 : (errno = ENAMETOOLONG, -1) ;
}

int atomicfile_prepare (int dirfd, char const *name, int old, char const *s, size_t len)
{
  char tmp[4096] ;
  int fd, e ;
  if (prepared_name(name, tmp, sizeof tmp) == -1) return -1 ;
  if (unlinkat(dirfd, tmp, 0) == -1 && errno != ENOENT) return -1 ;
  fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) ;
  if (fd == -1) return -1 ;
  if (allwrite(fd, s, len) == len && keep_attributes(fd, old) == 0 && fsync(fd) == 0) { fd_close(fd) ; return 0 ; }
  e = errno ;
  fd_close(fd) ;
  unlinkat(dirfd, tmp, 0) ;
  errno = e ;
  return -1 ;
}

int atomicfile_commit (int dirfd, char const *name)
{
  char tmp[4096] ;
  return prepared_name(name, tmp, sizeof tmp) == -1 ? -1 : renameat(dirfd, tmp, dirfd, name) ;
}

void atomicfile_forget (int dirfd, char const *name)
{
  char tmp[4096] ;
  int e = errno ;
  if (prepared_name(name, tmp, sizeof tmp) == 0) unlinkat(dirfd, tmp, 0) ;
  errno = e ;
}

int atomicfile_replace (int dirfd, char const *name, int old, char const *s, size_t len)
{
  if (atomicfile_prepare(dirfd, name, old, s, len) == -1) return -1 ;
  if (atomicfile_commit(dirfd, name) == 0) return 0 ;
  atomicfile_forget(dirfd, name) ;
  return -1 ;
}
