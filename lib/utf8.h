/* ISC license. */

#ifndef STILLROOT_UTF8_H
#define STILLROOT_UTF8_H

#include <stddef.h>

/* Names and reasons may be any bytes; what is written for others to read must be text. */

/* U+FFFD, for a byte that is none. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/* Length of the well-formed UTF-8 sequence (RFC 3629) of more than one byte that s begins with; 0: there is none. */
extern size_t utf8_len (char const *s) ;

#endif
