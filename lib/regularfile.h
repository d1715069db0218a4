/* ISC license. */

#ifndef STILLROOT_REGULARFILE_H
#define STILLROOT_REGULARFILE_H

#include <stddef.h>

#include <skalibs/stralloc.h>

/* Opens path, relative to dirfd, if it is a regular file; flags as for open(2), O_NONBLOCK, O_NOCTTY and O_CLOEXEC are added. Nothing else is
   opened: to open a device is to use it, and some act on it (a watchdog begins to count).
   Returns a descriptor, or -1 and sets errno: EISDIR a directory, EINVAL no regular file either; ELOOP with O_NOFOLLOW, a link. */
extern int regularfile_open (int dirfd, char const *path, int flags) ;

/* Appends what fd has, from where it stands, to text, and a NUL that text->len does not count: a regular file, and no more than max bytes,
   however it grows meanwhile. Returns 0; or -1 and sets errno, text->len as it was: EINVAL it is no regular file, EFBIG there is more. */
extern int regularfile_read (int fd, size_t max, stralloc *text) ;

#endif
