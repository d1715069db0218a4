/* ISC license. */

#ifndef STILLROOT_ACCESSAT_H
#define STILLROOT_ACCESSAT_H

/* Whether we may access name, relative to dirfd, as mode says: F_OK, or R_OK, W_OK and X_OK together; asked with the real ids. Links are followed.
   Returns 0, or -1 and sets errno.

   To be called in place of faccessat(3), which asks faccessat2(2) first and takes the EPERM of a seccomp profile of before that call
   for the file's. */
extern int accessat (int dirfd, char const *name, int mode) ;

#endif
