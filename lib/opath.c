/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "opath.h"
#include "paths.h"

/* not in Debian 12's headers; the same number on all architectures */
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

#define COMPONENT_MAX 256

static int close_with (int fd, int e)
{
  fd_close(fd) ;
  return (errno = e, -1) ;
}

int opath_parent (int rootfd, char const *path, char const **ret_name)
{
  int fd = openat(rootfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC) ;
  while (fd >= 0)
  {
    char component[COMPONENT_MAX] ;
    size_t n = strcspn(path, "/") ;
    int next ;
    if (n == 2 && !strncmp(path, "..", 2)) return close_with(fd, EINVAL) ;
    if (!path[n]) break ;
    if (n >= sizeof component) return close_with(fd, ENAMETOOLONG) ;
    memcpy(component, path, n) ;
    component[n] = 0 ;
    path += n + strspn(path + n, "/") ;
    next = openat(fd, component, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
    if (next == -1) return close_with(fd, errno) ;
    fd_close(fd) ;
    fd = next ;
  }
  *ret_name = path ;
  return fd ;
}

int opath_open (int rootfd, char const *path)
{
  char const *name ;
  int fd ;
  int dirfd = opath_parent(rootfd, path, &name) ;
  if (dirfd == -1) return -1 ;
  fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return close_with(dirfd, errno) ;
  fd_close(dirfd) ;
  return fd ;
}

int opath_chmod (int fd, mode_t mode)
{
  char path[sizeof PATH_OWN_FDS + 16] ;
  snprintf(path, sizeof path, PATH_OWN_FDS "/%d", fd) ;
  if (chmod(path, mode) == 0) return 0 ;
  if (errno != ENOENT) return -1 ;
  return syscall(SYS_fchmodat2, fd, "", mode, AT_EMPTY_PATH) == 0 ? 0 : -1 ;
}

char const *opath_strerror (int e)
{
  return e == ENOSYS ? "this needs " PATH_PROC ", which is not mounted" : strerror(e) ;
}
