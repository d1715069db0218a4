/* ISC license. */

#ifndef STILLROOT_OWNERSHIP_H
#define STILLROOT_OWNERSHIP_H

#include <stdint.h>
#include <sys/types.h>

#include "inode.h"

/* Gives files and whole trees to a user and a group, in the face of processes that change the tree meanwhile in order to be given
   something outside it. */

enum ownership_event
{
  OWNERSHIP_CHANGED,
  OWNERSHIP_RETAINED,         /* it was right already */
  /* the others have left something as it was */
  OWNERSHIP_REFUSED,          /* with an errno */
  OWNERSHIP_REFUSED_MOUNT,    /* with EPERM or EROFS, which hold for all that is mounted there: reported once for each mount */
  OWNERSHIP_UNREADABLE,       /* with an errno: a directory, nothing in it was reached */
  OWNERSHIP_MOVED,            /* a directory was moved away during the walk: not all in it was reached */
  OWNERSHIP_LINKED,           /* not all links to the file are in the trees, or that could not be told: it may be somebody else's */
  OWNERSHIP_BUSY              /* the file changed all the time, so that its links could not be counted */
} ;

struct ownership_order
{
  uid_t uid ;                 /* (uid_t)-1, (gid_t)-1: stays as it is */
  gid_t gid ;
  int recursive ;
  int follow ;                /* a path that is a link: what it leads to, not the link itself */
  int changes, verbose ;      /* report OWNERSHIP_CHANGED, OWNERSHIP_RETAINED too */

  /* One call at a time, from any thread; was: 0 where it is not known. */
  void (*event) (void *data, enum ownership_event, char const *path, struct inode const *was, int e) ;

  /* The same, every period_ms of a pass that lasts; 0: none. tree: the path it is at. */
  void (*progress) (void *data, char const *tree, uint64_t seen, uint64_t changed, unsigned int ms) ;
  unsigned int period_ms ;
  void *data ;
} ;

/* Carries out the order for the n paths, relative to dirfd. What is right already is not written. With recursive no link in a tree is
   followed, and a file with several links is only changed when all of them are in the trees.
   Returns 0 when everything is as ordered, 1 when something could not be changed and was reported, -1 and sets errno without memory. */
extern int ownership_change (struct ownership_order const *, int dirfd, char const *const *paths, size_t n) ;

#endif
