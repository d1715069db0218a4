/* ISC license. */

#include "jsonstring.h"
#include "utf8.h"

int jsonstring_cat (stralloc *sa, char const *string)
{
  static char const hex[] = "0123456789abcdef" ;
  unsigned char const *s = (unsigned char const *)string ;
  if (!stralloc_catb(sa, "\"", 1)) return 0 ;
  while (*s)
  {
    char c = (char)*s ;
    size_t n = 1 ;
    if (c == '"' || c == '\\')
    {
      char const e[2] = { '\\', c } ;
      if (!stralloc_catb(sa, e, 2)) return 0 ;
    }
    else if (*s < 0x20 || *s == 0x7f)
    {
      char const e[6] = { '\\', 'u', '0', '0', hex[*s >> 4], hex[*s & 15] } ;
      if (!stralloc_catb(sa, e, 6)) return 0 ;
    }
    else if (*s < 0x80)
    {
      if (!stralloc_catb(sa, &c, 1)) return 0 ;
    }
    else
    {
      n = utf8_len((char const *)s) ;
      if (n ? !stralloc_catb(sa, (char const *)s, n) : !stralloc_cats(sa, "\\ufffd")) return 0 ;
      if (!n) n = 1 ;
    }
    s += n ;
  }
  return stralloc_catb(sa, "\"", 1) ;
}

size_t jsonstring_len (char const *s, size_t len)
{
  size_t i = 1 ;
  if (!len || s[0] != '"') return 0 ;
  for (; i < len && s[i] != '"' ; i++) if (s[i] == '\\') i++ ;
  return i < len ? i + 1 : 0 ;
}
