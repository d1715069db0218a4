/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "crontab.h"
#include "opath.h"
#include "regularfile.h"
#include "trusted.h"

static int close_with (int fd, int e)
{
  fd_close(fd) ;
  return (errno = e, -1) ;
}

static int is_readonly (int fd)
{
  struct statfs fs ;
  return fstatfs(fd, &fs) == 0 && fs.f_flags & ST_RDONLY ;
}

/* Whether root alone can change what fd is open on; what is read-only together with the root is the image's, whoever owns it. */
static int is_trusted_in (int fd, struct stat const *root)
{
  struct stat st ;
  if (fstat(fd, &st) == -1) return 0 ;
  return is_trusted(&st) || (st.st_dev == root->st_dev && is_readonly(fd)) ;
}

/* Returns a descriptor of the regular file, or -1. */
static int open_file (int dirfd, char const *name, struct stat *st)
{
  /* O_NONBLOCK: a fifo must not stop the boot */
  int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  if (fstat(fd, st) == -1) return close_with(fd, errno) ;
  if (!S_ISREG(st->st_mode)) return close_with(fd, ENOTSUP) ;
  if (st->st_size > CRONTAB_MAX) return close_with(fd, EFBIG) ;
  return fd ;
}

/* Appends the file, and closes it. */
static int slurp_file (int fd, stralloc *text)
{
  size_t start = text->len ;
  if (regularfile_read(fd, CRONTAB_MAX, text) == -1) return close_with(fd, errno) ;
  fd_close(fd) ;
  /* Debian's cron takes no file whose last line has no end; the newline takes the place of the NUL */
  if (text->len > start && text->s[text->len - 1] != '\n') text->s[text->len++] = '\n' ;
  return 1 ;
}

static int is_missing (void)
{
  return errno == ENOENT ? 0 : -1 ;
}

int crontab_read_trusted (int rootfd, char const *path, stralloc *text)
{
  struct stat root, st ;
  char const *name ;
  int fd, e, trusted ;
  int dirfd = fstat(rootfd, &root) == -1 ? -1 : opath_parent(rootfd, path, &name) ;
  if (dirfd == -1) return is_missing() ;
  trusted = is_trusted_in(dirfd, &root) ;
  fd = open_file(dirfd, name, &st) ;
  e = errno ;
  fd_close(dirfd) ;
  errno = e ;
  if (fd == -1) return is_missing() ;
  return trusted && is_trusted_in(fd, &root) ? slurp_file(fd, text) : close_with(fd, EPERM) ;
}

static int can_read (struct stat const *st, uid_t uid, gid_t gid)
{
  mode_t bit = st->st_uid == uid ? S_IRUSR : st->st_gid == gid ? S_IRGRP : S_IROTH ;
  return (st->st_mode & bit) != 0 ;
}

int crontab_read_user (int rootfd, char const *path, uid_t uid, gid_t gid, stralloc *text)
{
  struct stat st ;
  char const *name ;
  int fd, e ;
  int dirfd = opath_parent(rootfd, path, &name) ;
  if (dirfd == -1) return is_missing() ;
  fd = open_file(dirfd, name, &st) ;
  e = errno ;
  fd_close(dirfd) ;
  errno = e ;
  if (fd == -1) return is_missing() ;
  /* by a link, or a move, into a directory of its own, the user would get to read what it must not */
  if (st.st_nlink != 1) return close_with(fd, EMLINK) ;
  return can_read(&st, uid, gid) ? slurp_file(fd, text) : close_with(fd, EACCES) ;
}

int crontab_read (int dirfd, char const *name, stralloc *text, int *ret_trusted)
{
  struct stat st ;
  int fd = open_file(dirfd, name, &st) ;
  if (fd == -1) return is_missing() ;
  if (slurp_file(fd, text) == -1) return -1 ;
  *ret_trusted = is_trusted(&st) ;
  return 1 ;
}

char const *crontab_strerror (int e)
{
  switch (e)
  {
    case ELOOP : return "it is a symbolic link" ;
    case ENOTDIR : return "what it stands in is a symbolic link, or no directory" ;
    case ENXIO :
    case ENOTSUP : return "it is no regular file" ;
    case EMLINK : return "it has more than one hard link" ;
    case EFBIG : return "it is larger than 256 KiB" ;
    case EACCES : return "its user cannot read it" ;
    case EPERM : return "others than root can change it, or the directory it stands in" ;
    default : return strerror(e) ;
  }
}

int crontab_has_entries (char const *s, size_t len)
{
  size_t i = 0 ;
  int start = 1 ;   /* of a line, or blanks since */
  for (; i < len ; i++)
  {
    if (s[i] == '\n') start = 1 ;
    else if (!start || s[i] == ' ' || s[i] == '\t' || s[i] == '\r') continue ;
    else if (s[i] == '#') start = 0 ;
    else return 1 ;
  }
  return 0 ;
}
