/* ISC license. */

#ifndef STILLROOT_SHORTFILE_H
#define STILLROOT_SHORTFILE_H

#include <sys/types.h>

/* Reads the start of path, relative to dirfd, into buf: at most max-1 bytes, then a NUL. Follows no link at its end, waits for no fifo.
   Returns the number of bytes, or -1 and sets errno. */
extern ssize_t shortfile_read (int dirfd, char const *path, char *buf, size_t max) ;

#endif
