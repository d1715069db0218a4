/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "dotname.h"
#include "filelist.h"
#include "fstree.h"

/* bounds the descriptors and the stack that a hostile tree can make us use */
#define DEPTH_MAX 64

static int remove_in (int parent, char const *name, dev_t dev, unsigned int depth)
{
  struct stat st ;
  DIR *dir ;
  int fd, e ;
  if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return 0 ;
  /* unlink(2) of a directory: EISDIR on Linux, EPERM by POSIX */
  if (errno != EISDIR && errno != EPERM) return -1 ;
  if (depth > DEPTH_MAX) return (errno = ELOOP, -1) ;
  e = errno ;
  fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK) ;
  if (fd == -1)
  {
    /* no directory: what kept it from being removed is the reason */
    if (errno == ENOTDIR || errno == ELOOP) errno = e ;
    return errno == ENOENT ? 0 : -1 ;
  }
  if (fstat(fd, &st) == -1) { fd_close(fd) ; return -1 ; }
  if (st.st_dev != dev) { fd_close(fd) ; return (errno = EBUSY, -1) ; }
  dir = fdopendir(fd) ;
  if (!dir) { fd_close(fd) ; return -1 ; }
  for (;;)
  {
    struct dirent const *d ;
    errno = 0 ;
    d = readdir(dir) ;
    if (!d) break ;
    if (is_dot(d->d_name)) continue ;
    if (remove_in(fd, d->d_name, dev, depth + 1) == -1) break ;
  }
  e = errno ;
  closedir(dir) ;
  errno = e ;
  if (e) return -1 ;
  return unlinkat(parent, name, AT_REMOVEDIR) == -1 && errno != ENOENT ? -1 : 0 ;
}

int fstree_remove (int dirfd, char const *name)
{
  struct stat st ;
  if (fstat(dirfd, &st) == -1) return -1 ;
  return remove_in(dirfd, name, st.st_dev, 0) ;
}

int fstree_list (int dirfd, char const *name, char *list, size_t max)
{
  struct filelist l ;
  char const *entry ;
  size_t used = 0 ;
  int n ;
  if (filelist_open(dirfd, name, &filelist_by_name, &l) == -1) return -1 ;
  n = l.n ;
  if (max) list[0] = 0 ;
  while ((entry = filelist_next(&l)))
  {
    size_t len = strlen(entry) ;
    if (used + len + 3 > max) continue ;
    if (used) { memcpy(list + used, ", ", 2) ; used += 2 ; }
    memcpy(list + used, entry, len + 1) ;
    used += len ;
  }
  filelist_free(&l) ;
  return n ;
}
