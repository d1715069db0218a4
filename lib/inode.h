/* ISC license. */

#ifndef STILLROOT_INODE_H
#define STILLROOT_INODE_H

#include <stdatomic.h>
#include <stdint.h>

/* What the ownership of a tree is decided on. */
struct inode
{
  uint64_t dev, ino ;
  uint64_t mount ;            /* dev where the kernel does not number its mounts */
  uint64_t change, birth ;    /* nanoseconds; birth 0 where the file system does not keep it */
  uint32_t mode, nlink, uid, gid ;
} ;

/* The entry name of dirfd, a link itself and not what it leads to; "": dirfd itself.
   Returns 0, or -1 and sets errno, *ret untouched. */
extern int inode_stat (int dirfd, char const *name, struct inode *ret) ;

/* The same of an entry, but of mode, nlink, uid and gid alone; the rest is 0. */
extern int inode_glance (int dirfd, char const *name, struct inode *ret) ;

/* 1 when both are the same inode, not merely one that has got the number of another that is gone. */
extern int inode_same (struct inode const *, struct inode const *) ;

/* Opens the entry name of dirfd as a mere reference (O_PATH), itself where it is a link. *ret_steady: nobody made or removed links to it
   meanwhile, so that, where ret->nlink is 1, the entry that was opened is its only link, whatever a hostile process does. Of a directory,
   which has but one, that is so in any case. Returns the descriptor, or -1 and sets errno, nothing touched. */
extern int inode_open (int dirfd, char const *name, struct inode *ret, int *ret_steady) ;

/* The same at a steady moment. Waits for it, at the expense of *patience milliseconds, which the callers of a walk share.
   Returns the descriptor, or -1 and sets errno, *ret untouched; EAGAIN: no such moment came. */
extern int inode_open_steady (int dirfd, char const *name, struct inode *ret, atomic_int *patience) ;

#endif
