/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "shortfile.h"

ssize_t shortfile_read (int dirfd, char const *path, char *buf, size_t max)
{
  size_t n ;
  int e ;
  int fd = openat(dirfd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  errno = 0 ;
  n = allread(fd, buf, max - 1) ;
  e = n ? 0 : errno ;
  fd_close(fd) ;
  if (e) return (errno = e, -1) ;
  buf[n] = 0 ;
  return (ssize_t)n ;
}
