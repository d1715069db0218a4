/* ISC license. */

#ifndef STILLROOT_ATOMICFILE_H
#define STILLROOT_ATOMICFILE_H

#include <sys/types.h>

/* Makes name in dirfd a regular file of mode mode with the len bytes at s, whatever was there before, at once:
   written under another name, then renamed. Not synced: for state that need not survive a power cut.
   Returns 0, or -1 and sets errno; the old file is then as it was. */
extern int atomicfile_write (int dirfd, char const *name, char const *s, size_t len, mode_t mode) ;

/* The same, synced, for what must survive a power cut; dirfd must be open for reading, and name stand in it directly. */
extern int atomicfile_write_durable (int dirfd, char const *name, char const *s, size_t len, mode_t mode) ;

#endif
