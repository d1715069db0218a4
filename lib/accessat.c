/* ISC license. */

#include <sys/syscall.h>
#include <unistd.h>

#include "accessat.h"

int accessat (int dirfd, char const *name, int mode)
{
  return syscall(SYS_faccessat, dirfd, name, mode) == 0 ? 0 : -1 ;
}
