/* ISC license. */

#include "jsonstring.h"
#include "utf8.h"

/* How many characters s begins with that stand for themselves. Most strings are nothing else: they are appended at once. */
static size_t plain (unsigned char const *s)
{
  size_t n = 0 ;
  while (s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' && s[n] != '\\') n++ ;
  return n ;
}

int jsonstring_cat (stralloc *sa, char const *string)
{
  static char const hex[] = "0123456789abcdef" ;
  unsigned char const *s = (unsigned char const *)string ;
  if (!stralloc_catb(sa, "\"", 1)) return 0 ;
  while (*s)
  {
    size_t n = plain(s) ;
    if (n)
    {
      if (!stralloc_catb(sa, (char const *)s, n)) return 0 ;
    }
    else if (*s == '"' || *s == '\\')
    {
      char const e[2] = { '\\', (char)*s } ;
      if (!stralloc_catb(sa, e, 2)) return 0 ;
    }
    else if (*s < 0x80)
    {
      char const e[6] = { '\\', 'u', '0', '0', hex[*s >> 4], hex[*s & 15] } ;
      if (!stralloc_catb(sa, e, 6)) return 0 ;
    }
    else
    {
      n = utf8_len((char const *)s) ;
      if (n ? !stralloc_catb(sa, (char const *)s, n) : !stralloc_cats(sa, "\\ufffd")) return 0 ;
    }
    s += n ? n : 1 ;
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
