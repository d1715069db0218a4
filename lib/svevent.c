/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/djbtime.h>
#include <skalibs/tai.h>

#include "controlfifo.h"
#include "svevent.h"

/* "ftrig1:" TAI64N-label ":" six characters: what ftrigw_notify() of s6 looks for, to the length */
#define FIFO_PREFIX "ftrig1:"
#define FIFO_RANDOM 6
#define FIFO_NAMELEN (sizeof FIFO_PREFIX - 1 + TIMESTAMP + 1 + FIFO_RANDOM)
#define TRIES 8

static int fifo_name (char *s)
{
  static char const hex[] = "0123456789abcdef" ;
  unsigned char random[FIFO_RANDOM] ;
  size_t i = 0, n = sizeof FIFO_PREFIX - 1 ;
  memcpy(s, FIFO_PREFIX, n) ;
  if (!timestamp(s + n)) return -1 ;
  n += TIMESTAMP ;
  s[n++] = ':' ;
  if (getrandom(random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random) memset(random, 0, sizeof random) ;
  for (; i < FIFO_RANDOM ; i++) s[n++] = hex[random[i] & 15] ;
  s[n] = 0 ;
  return 0 ;
}

int svevent_subscribe (int servicedirfd)
{
  unsigned int i = 0 ;
  for (; i < TRIES ; i++)
  {
    char path[sizeof S6_SUPERVISE_EVENTDIR + FIFO_NAMELEN + 1] = S6_SUPERVISE_EVENTDIR "/" ;
    char hidden[sizeof path + 1] = S6_SUPERVISE_EVENTDIR "/." ;
    int fd, e ;
    if (fifo_name(path + sizeof S6_SUPERVISE_EVENTDIR) == -1) return -1 ;
    strcpy(hidden + sizeof S6_SUPERVISE_EVENTDIR + 1, path + sizeof S6_SUPERVISE_EVENTDIR) ;
    /* hidden until it has its reader: a notification that found none would remove it */
    if (mkfifoat(servicedirfd, hidden, 0600) == -1)
    {
      if (errno == EEXIST) continue ;
      return -1 ;
    }
    /* for reading and writing: the fifo is never without a writer, so that it never reads as ended */
    fd = openat(servicedirfd, hidden, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC) ;
    if (fd >= 0 && renameat(servicedirfd, hidden, servicedirfd, path) == 0) return fd ;
    e = errno ;
    unlinkat(servicedirfd, hidden, 0) ;
    if (fd >= 0) fd_close(fd) ;
    return (errno = e, -1) ;
  }
  return (errno = EEXIST, -1) ;
}

ssize_t svevent_read (int fd, char *s, size_t max)
{
  return sanitize_read(fd_read(fd, s, max)) ;
}

int svevent_status (int servicedirfd, s6_svstatus_t *ret)
{
  char buf[S6_SVSTATUS_SIZE] ;
  size_t r ;
  int fd = openat(servicedirfd, S6_SVSTATUS_FILENAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK) ;
  if (fd == -1) return -1 ;
  r = allread(fd, buf, sizeof buf) ;
  fd_close(fd) ;
  if (r < sizeof buf) return (errno = EINVAL, -1) ;
  s6_svstatus_unpack(buf, ret) ;
  return 0 ;
}

int svevent_control (int servicedirfd, char const *s, size_t len)
{
  return controlfifo_write(servicedirfd, S6_SUPERVISE_CTLDIR "/control", s, len) ;
}

int svevent_exitcode (int wstat)
{
  return WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat) ;
}
