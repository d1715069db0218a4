/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "paths.h"
#include "pidslimit.h"

/* Returns -1 where it is no number: there is no such file, or it says "max". */
static int read_number (int dir, char const *name, unsigned int *ret)
{
  char buf[UINT_FMT + 1] ;
  int fd = openat(dir, name, O_RDONLY | O_CLOEXEC) ;
  ssize_t n = fd == -1 ? -1 : read(fd, buf, sizeof buf - 1) ;
  if (fd >= 0) fd_close(fd) ;
  if (n <= 0) return -1 ;
  buf[n] = 0 ;
  return uint_scan(buf, ret) ? 0 : -1 ;
}

unsigned int pidslimit_left_in (char const *path)
{
  unsigned int most, current ;
  int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int known = dir >= 0 && read_number(dir, PIDS_MAX, &most) == 0 && read_number(dir, PIDS_CURRENT, &current) == 0 ;
  if (dir >= 0) fd_close(dir) ;
  return !known ? UINT_MAX : current < most ? most - current : 0 ;
}

unsigned int pidslimit_left (void)
{
  unsigned int two = pidslimit_left_in(PATH_PIDS), one = pidslimit_left_in(PATH_PIDS_1) ;
  return one < two ? one : two ;
}
