/* ISC license. */

#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "atomicfile.h"
#include "exitcode.h"
#include "paths.h"

int exitcode_read (int runfd)
{
  char buf[UINT_FMT + 2] ;
  unsigned int code ;
  ssize_t r ;
  int fd = openat(runfd, RUN_EXITCODE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) ;
  if (fd == -1) return 0 ;
  r = fd_read(fd, buf, sizeof buf - 1) ;
  fd_close(fd) ;
  if (r <= 0) return 0 ;
  buf[r] = 0 ;
  return uint_scan(buf, &code) && code <= 255 ? (int)code : -1 ;
}

int exitcode_write (int runfd, unsigned int code)
{
  char fmt[UINT_FMT + 1] ;
  size_t n = uint_fmt(fmt, code) ;
  fmt[n++] = '\n' ;
  return atomicfile_write(runfd, RUN_EXITCODE, fmt, n, 0644) ;
}
