/* ISC license. */

#include <sys/vfs.h>

#include "room.h"

int room_for (int fd, unsigned long files, unsigned long blocks)
{
  struct statfs st ;
  if (fstatfs(fd, &st) == -1) return 1 ;
  return (!st.f_files || st.f_ffree >= files) && (!st.f_blocks || st.f_bfree >= blocks) ;
}
