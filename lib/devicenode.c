/* ISC license. */

#include <errno.h>
#include <string.h>

#include <skalibs/djbunix.h>

#include "devicenode.h"
#include "opath.h"
#include "paths.h"

#define DEV "/" ROOT_DEV "/"

int devicenode_open (int rootfd, char const *path, struct stat *ret)
{
  int fd, e ;
  if (strncmp(path, DEV, sizeof DEV - 1)) return (errno = EXDEV, -1) ;
  fd = opath_open(rootfd, path + 1) ;
  if (fd == -1 || fstat(fd, ret) == 0) return fd ;
  e = errno ;
  fd_close(fd) ;
  return (errno = e, -1) ;
}

int devicenode_is (struct stat const *st)
{
  return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode) ;
}
