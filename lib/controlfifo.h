/* ISC license. */

#ifndef STILLROOT_CONTROLFIFO_H
#define STILLROOT_CONTROLFIFO_H

#include <sys/types.h>

/* Writes the len bytes at s to the fifo path in dirfd, as s6's controllers do: without waiting for a reader, following no link.
   Returns 0, or -1 and sets errno: ENOENT there is no fifo, ENXIO nobody reads it. */
extern int controlfifo_write (int dirfd, char const *path, char const *s, size_t len) ;

#endif
