/* ISC license. */

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "nulldevice.h"
#include "paths.h"

int nulldevice_exists (void)
{
  struct stat st ;
  return stat(PATH_NULL, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3) ;
}

int nulldevice_open (int flags)
{
  /* a file or a fifo of that name would keep what is written to it */
  int fd = nulldevice_exists() ? open(PATH_NULL, flags) : -1 ;
  return fd >= 0 ? fd : open("/", O_PATH | O_DIRECTORY | (flags & O_CLOEXEC)) ;
}

int nulldevice_fill_stdio (void)
{
  int fd = 0 ;
  for (; fd <= 2 ; fd++)
  {
    /* the lowest number that is free: those below are open */
    if (fcntl(fd, F_GETFD) == -1 && nulldevice_open(fd ? O_WRONLY : O_RDONLY) != fd) return -1 ;
  }
  return 0 ;
}
