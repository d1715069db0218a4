/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/types.h>

#include "writability.h"

#define PROBE_PREFIX ".stillroot-probe-"
#define PROBE_TRIES 8

enum writability writability_of_errno (int e)
{
  switch (e)
  {
    case 0 : return WRITABLE ;
    case ENOSPC :
    case EDQUOT : return WRITABLE_FULL ;
    case EROFS : return UNWRITABLE_ROFS ;
    case EACCES :
    case EPERM : return UNWRITABLE_DENIED ;
    default : return UNWRITABLE_OTHER ;
  }
}

char const *writability_name (enum writability w)
{
  static char const *const names[] =
  {
    [WRITABLE] = "writable",
    [WRITABLE_FULL] = "writable, but full",
    [UNWRITABLE_ROFS] = "read-only file system",
    [UNWRITABLE_DENIED] = "permission denied",
    [UNWRITABLE_OTHER] = "not writable"
  } ;
  return names[w] ;
}

/* Returns 0 or an errno; the descriptor is closed in any case. */
static int write_one_byte (int fd)
{
  ssize_t r ;
  int e ;
  do r = write(fd, "", 1) ;
  while (r == -1 && errno == EINTR) ;
  e = r == -1 ? errno : 0 ;
  close(fd) ;
  return e ;
}

static int probe_named (int dirfd)
{
  unsigned int i = 0 ;
  for (; i < PROBE_TRIES ; i++)
  {
    char name[sizeof PROBE_PREFIX + UINT32_FMT] = PROBE_PREFIX ;
    uint32_t n = 0 ;
    int fd, e ;
    /* a guessable name would only cost a retry: O_EXCL never opens what another has put there */
    if (getrandom(&n, sizeof n, GRND_NONBLOCK) != (ssize_t)sizeof n) n = (uint32_t)getpid() + i ;
    name[sizeof PROBE_PREFIX - 1 + uint32_fmt(name + sizeof PROBE_PREFIX - 1, n)] = 0 ;
    fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) ;
    if (fd == -1)
    {
      if (errno == EEXIST || errno == EINTR) continue ;
      return errno ;
    }
    e = write_one_byte(fd) ;
    unlinkat(dirfd, name, 0) ;
    return e ;
  }
  return EEXIST ;
}

enum writability writability_probe (int dirfd, int *ret_errno)
{
  int saved = errno ;
  int e ;
  int fd = openat(dirfd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600) ;
  if (fd >= 0) e = write_one_byte(fd) ;
  else
  {
    e = errno ;
    /* what kernels and file systems without O_TMPFILE answer (open(2)); EINVAL and ENOSYS: seen on FUSE */
    if (e == EOPNOTSUPP || e == EISDIR || e == ENOENT || e == EINVAL || e == ENOSYS) e = probe_named(dirfd) ;
  }
  errno = saved ;
  *ret_errno = e ;
  return writability_of_errno(e) ;
}
