/* ISC license. */

#ifndef STILLROOT_REGULARFILE_H
#define STILLROOT_REGULARFILE_H

#include <stddef.h>

#include <skalibs/stralloc.h>

/* Appends what fd has, from where it stands, to text, and a NUL that text->len does not count: a regular file, and no more than max bytes,
   however it grows meanwhile. Returns 0; or -1 and sets errno, text->len as it was: EINVAL it is no regular file, EFBIG there is more. */
extern int regularfile_read (int fd, size_t max, stralloc *text) ;

#endif
