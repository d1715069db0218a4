/* ISC license. */

#ifndef STILLROOT_TREEATTRS_H
#define STILLROOT_TREEATTRS_H

#include <limits.h>
#include <sys/types.h>

/* Owner, group and mode of a file or of all that is in a tree that others can change. Follows no link; what is right is not written. */

struct treeattrs
{
  uid_t uid ;
  gid_t gid ;
  mode_t fmode, dmode ;           /* of what is no directory, and of directories; links have none */
  int recurse ;
  int hidden ;                    /* whether, in the recursion, names with a dot in front count */
} ;

/* Entries that are not as they should be, and why. */
struct treeattrs_left
{
  unsigned long n ;
  int e ;                         /* of the first */
  char path[PATH_MAX] ;           /* of the first, cut where it is too long */
} ;

struct treeattrs_result
{
  struct treeattrs_left failed ;    /* an error */
  struct treeattrs_left readonly ;  /* EROFS */
  struct treeattrs_left linked ;    /* files with another hard link, which may stand where nobody meant: in the recursion, or where others can write */
} ;

/* Applies them to name in the directory dirfd, whose path is path. Adds to *result what could not be done. */
extern void treeattrs_apply (int dirfd, char const *name, char const *path, struct treeattrs const *, struct treeattrs_result *result) ;

#endif
