/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "lockfile.h"

int lockfile_take (int dirfd, char const *name)
{
  int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600) ;
  int r ;
  if (fd == -1) return -1 ;
  r = fd_lock(fd, 1, 1) ;
  if (r == 1) return fd ;
  if (!r) errno = EBUSY ;
  {
    int e = errno ;
    fd_close(fd) ;
    errno = e ;
  }
  return -1 ;
}

pid_t lockfile_holder (int dirfd, char const *name)
{
  struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0 } ;
  int fd = openat(dirfd, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK) ;
  int r, e ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  r = fcntl(fd, F_GETLK, &fl) ;
  e = errno ;
  fd_close(fd) ;
  if (r == -1) return (errno = e, -1) ;
  return fl.l_type == F_UNLCK ? 0 : fl.l_pid ;
}
