/* ISC license. */

#ifndef STILLROOT_FSTREE_H
#define STILLROOT_FSTREE_H

#include <sys/types.h>

/* Removes the file or directory tree name in the directory dirfd. Follows no link, enters no other file system.
   Returns 0 (also when there is nothing), or -1 and sets errno; ELOOP: nested too deep, EBUSY: something is mounted in it. */
extern int fstree_remove (int dirfd, char const *name) ;

/* Counts the entries of the directory name in dirfd whose names do not begin with a dot, and stores up to max-1 bytes of
   their names, sorted, separated by ", ", in list (NULL with max 0: only counts). A missing directory has none.
   Returns the count, or -1 and sets errno. */
extern int fstree_list (int dirfd, char const *name, char *list, size_t max) ;

#endif
