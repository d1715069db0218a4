/* ISC license. */

#include <fcntl.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "atomicfile.h"
#include "cmdpid.h"
#include "paths.h"

int cmdpid_write (int runfd, pid_t pid)
{
  char fmt[PID_FMT + 1] ;
  size_t len = pid_fmt(fmt, pid) ;
  fmt[len++] = '\n' ;
  return atomicfile_write(runfd, RUN_CMDPID, fmt, len, 0644) ;
}

pid_t cmdpid_read (int runfd)
{
  char buf[PID_FMT + 1] ;
  pid_t pid ;
  ssize_t r ;
  int fd = openat(runfd, RUN_CMDPID, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) ;
  if (fd == -1) return 0 ;
  r = fd_read(fd, buf, sizeof buf - 1) ;
  fd_close(fd) ;
  if (r <= 0) return 0 ;
  buf[r] = 0 ;
  /* 0 and below name process groups, 1 is not the CMD */
  return pid_scan(buf, &pid) && pid > 1 ? pid : 0 ;
}

void cmdpid_remove (int runfd)
{
  unlinkat(runfd, RUN_CMDPID, 0) ;
}
