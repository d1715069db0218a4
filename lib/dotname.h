/* ISC license. */

#ifndef STILLROOT_DOTNAME_H
#define STILLROOT_DOTNAME_H

/* Whether a name that a directory lists is "." or "..". */
static inline int is_dot (char const *s)
{
  return s[0] == '.' && (!s[1] || (s[1] == '.' && !s[2])) ;
}

#endif
