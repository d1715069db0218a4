/* ISC license. */

#ifndef STILLROOT_MOUNTPOINT_H
#define STILLROOT_MOUNTPOINT_H

/* Whether the file or directory that fd is open on (O_PATH will do) is where something is mounted. statx(2) tells since Linux 5.8; before, and
   where a seccomp profile refuses it, a mount point is a directory on another device than its parent, and a bind mount from the same file system
   is not seen. Returns 1 or 0. */
extern int mountpoint_is (int fd) ;

#endif
