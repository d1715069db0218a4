/* ISC license. */

#ifndef STILLROOT_JSONSTRING_H
#define STILLROOT_JSONSTRING_H

#include <stddef.h>

#include <skalibs/stralloc.h>

/* Strings of JSON (RFC 8259), as the boot report has them. */

/* Appends s as one, in quotes; a byte that is no UTF-8 becomes U+FFFD. Returns 1, or 0 and sets errno (ENOMEM), as stralloc_cat() does. */
extern int jsonstring_cat (stralloc *, char const *s) ;

/* Length of the one that the len bytes at s begin with, its quotes included; 0: there is none. */
extern size_t jsonstring_len (char const *s, size_t len) ;

#endif
