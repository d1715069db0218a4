/* ISC license. */

#ifndef STILLROOT_MEMORYFS_H
#define STILLROOT_MEMORYFS_H

#include <sys/vfs.h>

#include <linux/magic.h>

/* Whether the file system keeps its files in memory, and nowhere else when swap is off. */
static inline int is_memoryfs (struct statfs const *st)
{
  unsigned long type = (unsigned long)st->f_type & 0xfffffffful ;
  return type == TMPFS_MAGIC || type == RAMFS_MAGIC ;
}

#endif
