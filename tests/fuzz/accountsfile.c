/* ISC license. */

/* One edit of any text. The first byte says which one. */

#include "fuzz.h"
#include "../accountsproperty.h"

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  unsigned int changed = 0 ;
  char const *broken ;
  if (!len) return 0 ;
  broken = property_check((char const *)s + 1, len - 1, s[0] % PROPERTY_KINDS, s[0] * 16777259u % 4294967295u, &changed) ;
  if (!broken) return 0 ;
  fprintf(stderr, "%s\n", broken) ;
  abort() ;
}
