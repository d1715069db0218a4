/* ISC license. */

#ifndef STILLROOT_SNIPPET_H
#define STILLROOT_SNIPPET_H

#include <stddef.h>

#include <skalibs/stralloc.h>

/* Configuration in a given form, put together of what it has to say and of a table of rows that say how. */

struct snippet_need
{
  unsigned int kind ;     /* one bit */
  char const *a, *b ;     /* what it is about; "" where there is nothing */
  char const *why ;       /* a line without its end */
} ;

struct snippet_row
{
  unsigned int kinds ;    /* the needs that it is for; 0: it always stands there */
  enum { SNIPPET_ONCE, SNIPPET_EACH } times ;   /* once if there is such a need, or for each of them */
  char const *text ;      /* with SNIPPET_EACH, $a, $b and $w stand for a, b and why of the need */
} ;

/* Appends what the rows make of the needs, each row in its place, of equal ones in the order of the needs. Returns 0, or -1 and sets errno. */
extern int snippet_render (struct snippet_row const *rows, size_t nrows, struct snippet_need const *needs, size_t nneeds, stralloc *sa) ;

#endif
