/* ISC license. */

#ifndef STILLROOT_FILELIST_H
#define STILLROOT_FILELIST_H

#include <dirent.h>

/* The visible entries of a directory, one after the other, in an order. */

struct filelist
{
  struct dirent **entries ;
  int n, next ;
} ;

/* Orders for filelist_open(): of bytes, as s6-sort's; of the leading number, then of bytes, as sort -n's. */
extern int filelist_by_name (struct dirent const **, struct dirent const **) ;
extern int filelist_by_number (struct dirent const **, struct dirent const **) ;

/* Reads the directory path in dirfd. A missing one is empty. Returns 0, or -1 and sets errno, *ret untouched. */
extern int filelist_open (int dirfd, char const *path, int (*order) (struct dirent const **, struct dirent const **), struct filelist *ret) ;

/* The next name; 0: that was the last. It lasts until filelist_free(). */
extern char const *filelist_next (struct filelist *) ;

extern void filelist_free (struct filelist *) ;

#endif
