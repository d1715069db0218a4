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

/* The same for a file that is not ours, in two steps, so that several change together or none does.
   prepare: writes what is to become name, which fd is open on: the len bytes at s, with the owner, mode and extended attributes (ACLs
   are such) of fd; where there is no such file yet, fd is -1 and the mode 0644. When it returns, it is on disk, beside name.
   commit: gives it the name; the directory is the caller's to sync. EBUSY: name is a mount point.
   forget: removes what was prepared; nothing where nothing was. Leaves errno alone.
   Callers lock each other out; what a killed one prepared is replaced by the next. Return 0, or -1 and set errno: name is as it
   was; what a failed prepare wrote is gone, what a failed commit did not name is still there. */
extern int atomicfile_prepare (int dirfd, char const *name, int fd, char const *s, size_t len) ;
extern int atomicfile_commit (int dirfd, char const *name) ;
extern void atomicfile_forget (int dirfd, char const *name) ;

/* All in one, for one file: where it fails, nothing is left of it. */
extern int atomicfile_replace (int dirfd, char const *name, int fd, char const *s, size_t len) ;

#endif
