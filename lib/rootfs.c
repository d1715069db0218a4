/* ISC license. */

#include <stddef.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include "rootfs.h"

/* not in Debian 12's linux/magic.h */
#define MAGIC_FUSE 0x65735546ul
#define MAGIC_ZFS 0x2fc12fc1ul

static struct { unsigned long magic ; char const *name ; } const types[] =
{
  { OVERLAYFS_SUPER_MAGIC, "overlay" },
  { MAGIC_FUSE, "fuse" },
  { EXT4_SUPER_MAGIC, "ext4" },
  { XFS_SUPER_MAGIC, "xfs" },
  { BTRFS_SUPER_MAGIC, "btrfs" },
  { TMPFS_MAGIC, "tmpfs" },
  { RAMFS_MAGIC, "ramfs" },
  { SQUASHFS_MAGIC, "squashfs" },
  { EROFS_SUPER_MAGIC_V1, "erofs" },
  { NFS_SUPER_MAGIC, "nfs" },
  { MAGIC_ZFS, "zfs" }
} ;

char const *rootfs_type_name (unsigned long magic)
{
  size_t i = 0 ;
  for (; i < sizeof types / sizeof types[0] ; i++)
    if (types[i].magic == magic) return types[i].name ;
  return "other" ;
}

int rootfs_inspect (int rootfd, struct rootfs *ret)
{
  struct rootfs r ;
  struct statfs st ;
  if (fstatfs(rootfd, &st) == -1) return -1 ;
  r.type = (unsigned long)st.f_type & 0xfffffffful ;
  r.flag_readonly = !!(st.f_flags & ST_RDONLY) ;
  r.probe = writability_probe(rootfd, &r.probe_errno) ;
  switch (r.probe)
  {
    case WRITABLE :
    case WRITABLE_FULL : r.readonly = 0 ; break ;
    case UNWRITABLE_ROFS : r.readonly = 1 ; break ;
    case UNWRITABLE_DENIED :
    case UNWRITABLE_OTHER : r.readonly = r.flag_readonly ; break ;
  }
  *ret = r ;
  return 0 ;
}
