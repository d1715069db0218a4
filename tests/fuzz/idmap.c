/* ISC license. */

/* A map of ids with any content: no crash, and the ids that it has are those of its ranges, up to the last id that there can be. */

#include "fuzz.h"
#include "idmap.h"

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  struct idmap m ;
  stralloc sa = STRALLOC_ZERO ;
  char *text = malloc(len + 1) ;
  size_t i = 0 ;
  if (!text) abort() ;
  if (len) memcpy(text, s, len) ;
  text[len] = 0 ;
  if (idmap_parse(&m, text) == 0)
  {
    if (!m.n || m.n > IDMAP_RANGES_MAX || (m.identity && m.n > 1)) abort() ;
    for (; i < m.n ; i++)
    {
      uint32_t first = m.ranges[i].first, last = first + (m.ranges[i].count - 1) ;
      if (!m.ranges[i].count || last < first || last == UINT32_MAX) abort() ;
      if (!idmap_has(&m, first) || !idmap_has(&m, last)) abort() ;
    }
    if (!idmap_format(&m, &sa) || !sa.len) abort() ;
  }
  stralloc_free(&sa) ;
  free(text) ;
  return 0 ;
}
