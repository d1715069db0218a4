/* ISC license. */

#ifndef STILLROOT_ATOMICFILE_H
#define STILLROOT_ATOMICFILE_H

#include <sys/stat.h>
#include <sys/types.h>

/* Makes name in dirfd a regular file of mode mode with the len bytes at s, whatever was there before, at once:
   written under another name, then renamed. Not synced: for state that need not survive a power cut.
   Returns 0, or -1 and sets errno; the old file is then as it was. */
extern int atomicfile_write (int dirfd, char const *name, char const *s, size_t len, mode_t mode) ;

/* The same for a file that is to last, and another's: it has the owner, the group and the mode of *attributes, and is on disk before
   it has its name. With replace 0, what has the name already stays as it is: -1, EEXIST. */
extern int atomicfile_install (int dirfd, char const *name, char const *s, size_t len, struct stat const *attributes, int replace) ;

/* For a file that is not ours: name, which fd is open on, gets the len bytes at s and keeps owner, mode and extended
   attributes (ACLs are such). Where there is no such file yet, fd is -1: the new one has mode 0644. The content is on disk before
   it has its name; the directory is the caller's to sync. Callers lock each other out; what a killed one left is replaced.
   Returns 0, or -1 and sets errno: EBUSY name is a mount point. The old file is then as it was, and no other is left. */
extern int atomicfile_replace (int dirfd, char const *name, int fd, char const *s, size_t len) ;

#endif
