/* ISC license. */

#ifndef STILLROOT_FILELIMIT_H
#define STILLROOT_FILELIMIT_H

/* Who watches all services has descriptors for each: a container's usual soft limit, 1024, would be their limit too. */

/* Raises this process's soft limit of open files to the hard one. */
extern void filelimit_raise (void) ;

/* In a child, before it executes what is not ours: the limit is as it was. A program that inherits a limit of a billion may close
   a billion descriptors. */
extern void filelimit_restore (void) ;

#endif
