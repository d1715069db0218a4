/* ISC license. */

#ifndef STILLROOT_TREEWALK_H
#define STILLROOT_TREEWALK_H

#include "inode.h"

/* A walk over a directory tree that other processes, hostile ones among them, may be changing: it follows no link and never leaves the
   tree, whatever is renamed meanwhile. It enters what is mounted in the tree. Directories, and the entries of a large one, are spread over
   the processors once there are enough of them, and over many more threads where the file system lets each of them wait. It holds a
   bounded number of descriptors however deep the tree, and of each directory above where it is at most 256 KiB of names. */

struct treewalk_dir
{
  int fd ;                  /* open for reading */
  struct inode inode ;      /* as it was when it was opened */
  char const *path ;
} ;

/* Called by several threads at once; leave and failed may be 0. */
struct treewalk_visitor
{
  /* An entry that is not known to be a directory, which it looks at. Returns 1, and nothing is done, when it is one that the walk should
     enter. closed: one that could not be opened; it is to be dealt with here, whatever it is. */
  int (*entry) (void *data, struct treewalk_dir const *, char const *name, int closed) ;

  /* a directory, when nothing is looked up through it any more */
  void (*leave) (void *data, struct treewalk_dir const *) ;

  /* what could not be read, with its errno; name 0: the directory itself; ESTALE: it was moved away while the walk was below it */
  void (*failed) (void *data, struct treewalk_dir const *, char const *name, int e) ;

  /* so many more entries were looked at; several times a second */
  void (*tick) (void *data, unsigned int n) ;

  void *data ;
} ;

/* Walks the directory fd, which it closes; path is what the paths that the visitor gets begin with.
   Returns 0 when the walk went to its end, or -1 and sets errno when memory did not suffice for that. */
extern int treewalk (int fd, char const *path, struct treewalk_visitor const *) ;

/* The same, on at most so many threads for processors, so many where they are found to wait, with at most fds descriptors besides fd, for
   tests. */
extern int treewalk_limited (int fd, char const *path, struct treewalk_visitor const *, unsigned int processors, unsigned int threads,
  unsigned int fds) ;

#endif
