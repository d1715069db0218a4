/* ISC license. */

#ifndef STILLROOT_ROOTFS_H
#define STILLROOT_ROOTFS_H

#include "writability.h"

/* What was found out about the root file system, kept as evidence for the boot report. */
struct rootfs
{
  unsigned long type ;      /* f_type of statfs(2) */
  int flag_readonly ;       /* ST_RDONLY among its f_flags: the mount or the superblock */
  int probe_errno ;         /* of the write probe, 0 if it wrote */
  enum writability probe ;
  int readonly ;            /* the verdict */
} ;

/* Examines the file system of rootfd, a descriptor of its root directory.
   The probe decides where it says something about the file system (written, full, EROFS);
   where it only says something about us (EACCES, EPERM) or nothing at all, the mount's flag decides.
   Returns 0, or -1 and sets errno when statfs fails; *ret is then untouched. */
extern int rootfs_inspect (int rootfd, struct rootfs *ret) ;

/* Name of a file system type (statfs(2), linux/magic.h), or "other". */
extern char const *rootfs_type_name (unsigned long) ;

#endif
