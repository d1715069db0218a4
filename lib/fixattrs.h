/* ISC license. */

#ifndef STILLROOT_FIXATTRS_H
#define STILLROOT_FIXATTRS_H

#include <sys/types.h>

/* A line of a file in fix-attrs.d: "PATTERN RECURSE ACCOUNT FMODE DMODE", as s6-overlay reads it. */

struct fixattrs
{
  char const *pattern ;           /* absolute, as glob(7) has it */
  int recurse ;
  char const *user, *group ;      /* names or numbers; group 0: that of the user */
  int has_fallback ;              /* ids for an account that does not exist */
  uid_t uid ;
  gid_t gid ;
  mode_t fmode, dmode ;
} ;

/* Parses the line, which is changed, and which ret then points into. Returns 1; 0: there is nothing in it; -1: it is wrong, and *ret_why
   says in what way, in words that follow a colon. */
extern int fixattrs_parse (char *line, struct fixattrs *ret, char const **ret_why) ;

#endif
