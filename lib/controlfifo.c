/* ISC license. */

#include <errno.h>
#include <fcntl.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "controlfifo.h"

int controlfifo_write (int dirfd, char const *path, char const *s, size_t len)
{
  int e = 0 ;
  int fd = openat(dirfd, path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  if (allwrite(fd, s, len) < len) e = errno ;
  fd_close(fd) ;
  return e ? (errno = e, -1) : 0 ;
}
