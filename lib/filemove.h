/* ISC license. */

#ifndef STILLROOT_FILEMOVE_H
#define STILLROOT_FILEMOVE_H

/* Moves what is no directory. */

/* Moves from, relative to fromdir, to to, relative to todir, in whose place it comes, as rename(2) does. On another file system, or where
   the kernel says so of two that look like one, it is copied and then removed: a regular file with its mode, owner, times and extended
   attributes, a link with its owner and times. Whatever kills it, one of the two places has the whole of it, and to never has a part;
   the same call then ends the work.
   Returns 0, or -1 and sets errno, from is where it was: ENOTSUP it is to be copied, and is neither. */
extern int filemove (int fromdir, char const *from, int todir, char const *to) ;

/* Whether a and b, relative to dirfd, are two regular files with the same content, or two links to the same: what a filemove() that was
   killed leaves. One and the same, by two paths, is not two. 1, 0, or -1 and sets errno. */
extern int filemove_same (int dirfd, char const *a, char const *b) ;

#endif
