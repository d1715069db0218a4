/* ISC license. */

#ifndef STILLROOT_REASON_H
#define STILLROOT_REASON_H

#include <skalibs/stralloc.h>

/* Why something went wrong, put together of strings. Without memory for it, it is left empty: what went wrong is worse than that. */

/* Appends the strings. */
#define reason_add(sa, ...) reason_add_strings((sa), (char const *const []){ __VA_ARGS__, 0 })
extern void reason_add_strings (stralloc *, char const *const *) ;

/* Appends the strings as an item of a list. */
#define reason_item(sa, ...) reason_add((sa), (sa)->len ? ", " : "", __VA_ARGS__)

/* Appends "what: errno text". */
#define reason_errno(sa, what) reason_add((sa), what, ": ", strerror(errno))

#endif
