/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <skalibs/allreadwrite.h>

#include "regularfile.h"

#define READ_SIZE 4096

int regularfile_open (int dirfd, char const *path, int flags)
{
  struct stat st ;
  if (fstatat(dirfd, path, &st, flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) == -1) return -1 ;
  if (S_ISREG(st.st_mode)) return openat(dirfd, path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) ;
  return (errno = S_ISDIR(st.st_mode) ? EISDIR : S_ISLNK(st.st_mode) ? ELOOP : EINVAL, -1) ;
}

int regularfile_read (int fd, size_t max, stralloc *text)
{
  size_t start = text->len ;
  struct stat st ;
  ssize_t r ;
  if (fstat(fd, &st) == -1) return -1 ;
  if (!S_ISREG(st.st_mode)) return (errno = EINVAL, -1) ;
  /* before a byte of it is read */
  if (st.st_size > (off_t)max) return (errno = EFBIG, -1) ;
  /* a regular file gives less than was asked for at its end only */
  do
  {
    if (!stralloc_readyplus(text, READ_SIZE + 1)) r = -1 ;
    else r = fd_read(fd, text->s + text->len, READ_SIZE) ;
    if (r > 0) text->len += (size_t)r ;
    if (text->len - start > max) { errno = EFBIG ; r = -1 ; }
  }
  while (r == READ_SIZE) ;
  if (r == -1) { text->len = start ; return -1 ; }
  text->s[text->len] = 0 ;
  return 0 ;
}
