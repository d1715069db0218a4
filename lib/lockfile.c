/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "lockfile.h"
#include "processsignal.h"
#include "timelimit.h"

/* fcntl(F_SETLKW), ended by EINTR after ms milliseconds. */
static int set_within (int fd, struct flock const *fl, unsigned int ms)
{
  struct timelimit limit ;
  int r ;
  timelimit_begin(&limit, ms) ;
  r = fcntl(fd, F_SETLKW, fl) ;
  timelimit_end(&limit) ;
  return r ;
}

static int open_file (int dirfd, char const *name)
{
  return openat(dirfd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600) ;
}

int lockfile_make (int dirfd, char const *name)
{
  int fd = open_file(dirfd, name) ;
  if (fd == -1) return -1 ;
  fd_close(fd) ;
  return 0 ;
}

int lockfile_take_within (int dirfd, char const *name, unsigned int ms)
{
  int fd = open_file(dirfd, name) ;
  struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0 } ;
  int r, e ;
  if (fd == -1) return -1 ;
  r = fcntl(fd, F_SETLK, &fl) ;
  if (r == -1 && (errno == EAGAIN || errno == EACCES) && ms) r = set_within(fd, &fl, ms) ;
  if (r == 0) return fd ;
  /* three names of "another has it": at once, and when the alarm came */
  e = errno == EAGAIN || errno == EACCES || errno == EINTR ? EBUSY : errno ;
  fd_close(fd) ;
  errno = e ;
  return -1 ;
}

int lockfile_take (int dirfd, char const *name)
{
  return lockfile_take_within(dirfd, name, 0) ;
}

void lockfile_retire (int dirfd, char const *name, int fd)
{
  unlinkat(dirfd, name, 0) ;
  fd_close(fd) ;
}

/* Returns 1 with what keeps us from locking it, 0 when nothing does, or -1 and sets errno. */
static int test (int dirfd, char const *name, struct flock *fl)
{
  int fd = openat(dirfd, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK) ;
  int r, e ;
  *fl = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0 } ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  r = fcntl(fd, F_GETLK, fl) ;
  e = errno ;
  fd_close(fd) ;
  return r == -1 ? (errno = e, -1) : fl->l_type != F_UNLCK ;
}

pid_t lockfile_holder (int dirfd, char const *name)
{
  struct flock fl ;
  int r = test(dirfd, name, &fl) ;
  return r == 1 ? fl.l_pid : r ;
}

int lockfile_is_held (int dirfd, char const *name)
{
  struct flock fl ;
  return test(dirfd, name, &fl) ;
}

int lockfile_wait (int dirfd, char const *name, unsigned int ms)
{
  struct flock fl = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0 } ;
  int r, e ;
  int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK) ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  r = set_within(fd, &fl, ms) ;
  e = errno ;
  fd_close(fd) ;
  return r == -1 ? (errno = e, -1) : 0 ;
}

struct lock
{
  int dirfd ;
  char const *name ;
} ;

static int holds (pid_t pid, void const *data)
{
  struct lock const *l = data ;
  return lockfile_holder(l->dirfd, l->name) == pid ;
}

int lockfile_signal (int dirfd, char const *name, int sig)
{
  struct lock const l = { .dirfd = dirfd, .name = name } ;
  pid_t pid = lockfile_holder(dirfd, name) ;
  return pid > 0 ? processsignal_checked(pid, sig, &holds, &l) : pid == 0 ? 0 : -1 ;
}
