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

#define SUFFIX ".new-"

static int write_new (int dirfd, char const *name, char const *s, size_t len, mode_t mode, int durable)
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
  if (allwrite(fd, s, len) < len || fchmod(fd, mode) == -1 || (durable && fsync(fd) == -1)) goto err ;
  fd_close(fd) ;
  fd = -1 ;
  if (renameat(dirfd, tmp, dirfd, name) == -1) goto err ;
  /* the name too; where a directory cannot be synced, nothing more can be done */
  if (durable) fsync(dirfd) ;
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
  return write_new(dirfd, name, s, len, mode, 0) ;
}

int atomicfile_write_durable (int dirfd, char const *name, char const *s, size_t len, mode_t mode)
{
  return write_new(dirfd, name, s, len, mode, 1) ;
}
