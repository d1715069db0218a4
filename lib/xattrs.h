/* ISC license. */

#ifndef STILLROOT_XATTRS_H
#define STILLROOT_XATTRS_H

/* Gives the file open at to, just made, the extended attributes of the one open at from, the ACL among them, and no other ACL.
   What the kernel itself keeps of a file's content (IMA, EVM) is not copied; a label (security.*) that may not be set is let be.
   Returns 0, or -1 and sets errno. */
extern int xattrs_copy (int from, int to) ;

#endif
