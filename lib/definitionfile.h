/* ISC license. */

#ifndef STILLROOT_DEFINITIONFILE_H
#define STILLROOT_DEFINITIONFILE_H

#include <stddef.h>

#include <skalibs/stralloc.h>

#include "complaints.h"

/* The files of a definition, in the format of s6-rc-compile's sources. Links are followed, as s6-rc does; no fifo is waited for; nothing
   is read that is larger than a definition ever needs. What is wrong with a file is a complaint "WHERE/FILE: reason". */

struct definitionplace
{
  int fd ;                  /* the directory of the definition */
  char const *where ;       /* what complaints call it */
  struct complaints *complaints ;
} ;

/* Names of definitions, each with its NUL. */
struct namelist
{
  stralloc names ;
  size_t n ;
} ;

#define NAMELIST_ZERO { .names = STRALLOC_ZERO, .n = 0 }

/* More names than this are no list, and no source. */
#define NAMELIST_MAX 16384

/* Each of these returns 1; 0: there is no such file; or -1 after a complaint. */

/* Appends the text of file, at most max bytes, and a NUL that is not counted in its length; one that has a NUL in it is wrong. */
extern int definitionfile_text (struct definitionplace const *, char const *file, size_t max, stralloc *text) ;

/* Stores the decimal number in file; one below min or above max is wrong. *ret is untouched unless 1 is returned. */
extern int definitionfile_number (struct definitionplace const *, char const *file, unsigned int min, unsigned int max, unsigned int *ret) ;

/* Appends the names in file, one a line; blank lines and those that begin with # are none. Those that can be no name are left out,
   with a complaint. */
extern int definitionfile_names (struct definitionplace const *, char const *file, struct namelist *) ;

/* Appends the names of the entries of the directory dir, in the order of their bytes, but for those that begin with a dot. */
extern int definitionfile_entries (struct definitionplace const *, char const *dir, struct namelist *) ;

/* Why s is no name that s6-rc would take, in words that follow it; 0: it is one. */
extern char const *definitionfile_name_error (char const *s) ;

#endif
