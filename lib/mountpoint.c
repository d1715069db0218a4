/* ISC license. */

#include <fcntl.h>
#include <sys/stat.h>

#include "mountpoint.h"

int mountpoint_is (int fd)
{
  struct statx stx ;
  struct stat st, parent ;
  if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &stx) == 0 && stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT)
    return !!(stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) ;
  return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && fstatat(fd, "..", &parent, 0) == 0 && st.st_dev != parent.st_dev ;
}
