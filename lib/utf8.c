/* ISC license. */

#include "utf8.h"

size_t utf8_len (char const *string)
{
  unsigned char const *s = (unsigned char const *)string ;
  size_t n = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0 ;
  size_t i = 1 ;
  for (; i < n ; i++) if ((s[i] & 0xc0) != 0x80) return 0 ;
  if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)) return 0 ;
  return n ;
}
