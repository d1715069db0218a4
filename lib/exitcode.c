/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "atomicfile.h"
#include "exitcode.h"
#include "paths.h"
#include "shortfile.h"

int exitcode_read (int runfd)
{
  char buf[UINT_FMT + 2] ;
  unsigned int code ;
  if (shortfile_read(runfd, RUN_EXITCODE, buf, sizeof buf) <= 0) return 0 ;
  return uint_scan(buf, &code) && code <= 255 ? (int)code : -1 ;
}

/* Not by a new file: where there is no room for one, the old one still has its own. */
static int overwrite (int runfd, char const *s, size_t len)
{
  int e = 0 ;
  int fd = openat(runfd, RUN_EXITCODE, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) ;
  if (fd == -1) return -1 ;
  if (allwrite(fd, s, len) < len || ftruncate(fd, (off_t)len) == -1) e = errno ;
  fd_close(fd) ;
  return e ? (errno = e, -1) : 0 ;
}

int exitcode_write (int runfd, unsigned int code)
{
  char fmt[UINT_FMT + 1] ;
  size_t n = uint_fmt(fmt, code) ;
  fmt[n++] = '\n' ;
  if (atomicfile_write(runfd, RUN_EXITCODE, fmt, n, 0644) == 0) return 0 ;
  return errno == ENOSPC || errno == EDQUOT ? overwrite(runfd, fmt, n) : -1 ;
}
