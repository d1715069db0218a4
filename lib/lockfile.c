/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "lockfile.h"

int lockfile_take (int dirfd, char const *name)
{
  int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600) ;
  int r ;
  if (fd == -1) return -1 ;
  r = fd_lock(fd, 1, 1) ;
  if (r == 1) return fd ;
  if (!r) errno = EBUSY ;
  {
    int e = errno ;
    fd_close(fd) ;
    errno = e ;
  }
  return -1 ;
}

pid_t lockfile_holder (int dirfd, char const *name)
{
  struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0 } ;
  int fd = openat(dirfd, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK) ;
  int r, e ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  r = fcntl(fd, F_GETLK, &fl) ;
  e = errno ;
  fd_close(fd) ;
  if (r == -1) return (errno = e, -1) ;
  return fl.l_type == F_UNLCK ? 0 : fl.l_pid ;
}

static void nothing (int sig)
{
  (void)sig ;
}

int lockfile_wait (int dirfd, char const *name, unsigned int ms)
{
  /* without SA_RESTART: the alarm ends the wait */
  struct sigaction sa = { .sa_handler = &nothing } ;
  struct flock fl = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0 } ;
  /* should the first alarm come before the wait begins, the next ends it */
  struct itimerval it = { .it_interval = { 0, 100000 }, .it_value = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 + 1 } } ;
  int r, e ;
  int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK) ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  sigaction(SIGALRM, &sa, 0) ;
  if (ms <= INT_MAX) setitimer(ITIMER_REAL, &it, 0) ;
  r = fcntl(fd, F_SETLKW, &fl) ;
  e = errno ;
  it = (struct itimerval){ { 0, 0 }, { 0, 0 } } ;
  setitimer(ITIMER_REAL, &it, 0) ;
  fd_close(fd) ;
  return r == -1 ? (errno = e, -1) : 0 ;
}
