/* ISC license. */

#ifndef STILLROOT_LINKCOUNT_H
#define STILLROOT_LINKCOUNT_H

#include "inode.h"

/* The files with several links that a walk has met, and which of their links: a file all of whose links have been seen in the tree
   belongs to the tree, another one is somebody else's too. */

struct linkcount
{
  void *files ;
  void *links ;
} ;

#define LINKCOUNT_ZERO { .files = 0, .links = 0 }

/* Notes the link name in the directory dir; path is for linkcount_left. The same link under another path is one link.
   Returns 0, or -1 and sets errno. */
extern int linkcount_see (struct linkcount *, struct inode const *file, struct inode const *dir, char const *name, char const *path) ;

/* 1 when all links of the file were seen, and none was made, removed or renamed between the first look and the one that gave file. */
extern int linkcount_inside (struct linkcount const *, struct inode const *file) ;

/* Nothing is left to be done about the file. */
extern void linkcount_done (struct linkcount *, struct inode const *file) ;

/* Calls f, if it is not 0, with the path of the link seen first, for every file all of whose links were seen (inside 1) or not (0) and
   about which something is left to be done. Returns their number. */
extern unsigned int linkcount_left (struct linkcount const *, int inside, void (*f) (void *data, char const *path, struct inode const *file), void *data) ;

extern void linkcount_free (struct linkcount *) ;

#endif
