/* ISC license. */

#include <unistd.h>

#include <skalibs/types.h>

#include "atomicfile.h"
#include "cmdpid.h"
#include "paths.h"
#include "shortfile.h"

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
  if (shortfile_read(runfd, RUN_CMDPID, buf, sizeof buf) <= 0) return 0 ;
  /* 0 and below name process groups, 1 is not the CMD */
  return pid_scan(buf, &pid) && pid > 1 ? pid : 0 ;
}

void cmdpid_remove (int runfd)
{
  unlinkat(runfd, RUN_CMDPID, 0) ;
}
