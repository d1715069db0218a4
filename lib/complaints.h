/* ISC license. */

#ifndef STILLROOT_COMPLAINTS_H
#define STILLROOT_COMPLAINTS_H

#include <stddef.h>

#include <skalibs/stralloc.h>

/* All that is wrong with something, a line each, so that one look at a log tells what there is to mend. */

/* What would make the text longer is counted only: a hostile tree must not cost all memory. */
#define COMPLAINTS_MAX 65536

struct complaints
{
  stralloc lines ;          /* each with its newline; no NUL at the end */
  size_t n ;                /* also of those that lines has no room for */
} ;

#define COMPLAINTS_ZERO { .lines = STRALLOC_ZERO, .n = 0 }

/* Adds the strings as one line; control characters in them become '?'. Without memory for it, it is counted only. */
#define complaints_add(c, ...) complaints_add_strings((c), (char const *const []){ __VA_ARGS__, 0 })
extern void complaints_add_strings (struct complaints *, char const *const *) ;

/* The line that begins at *at, which moves to the next one; 0: there is no more. Makes a string of it: *at begins with 0, and the lines are
   read once. */
extern char const *complaints_next (struct complaints *, size_t *at) ;

extern void complaints_free (struct complaints *) ;

#endif
