/* ISC license. */

#ifndef STILLROOT_ONELINE_H
#define STILLROOT_ONELINE_H

#include <stddef.h>

/* Makes one line of the len bytes at s: what users and applications choose, names and values, must not be able to write lines of its own
   on the log. Control characters become '?'. */
static inline void oneline (char *s, size_t len)
{
  size_t i = 0 ;
  for (; i < len ; i++) if ((unsigned char)s[i] < 32 || s[i] == 127) s[i] = '?' ;
}

/* Whether s has none of them. */
static inline int is_oneline (char const *s)
{
  for (; *s ; s++) if ((unsigned char)*s < 32 || *s == 127) return 0 ;
  return 1 ;
}

#endif
