/* ISC license. */

#ifndef STILLROOT_DEVICENODE_H
#define STILLROOT_DEVICENODE_H

#include <sys/stat.h>

/* Opens (O_PATH) path, absolute, if it is below /dev; no link is followed. Returns a descriptor, *ret filled in, or -1 and sets errno;
   EXDEV: it is not below /dev. */
extern int devicenode_open (int rootfd, char const *path, struct stat *ret) ;

/* Whether it is a device at all. */
extern int devicenode_is (struct stat const *) ;

#endif
