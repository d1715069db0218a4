/* ISC license. */

/* Any line of fix-attrs.d: no crash, and what is taken for a line can be acted on. */

#include "fuzz.h"
#include "fixattrs.h"

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  struct fixattrs f ;
  char const *why = 0 ;
  char *line = malloc(len + 1) ;
  int r ;
  if (!line) abort() ;
  memcpy(line, s, len) ;
  line[len] = 0 ;
  r = fixattrs_parse(line, &f, &why) ;
  if (r == -1 && !why) abort() ;
  if (r == 1 && (f.pattern[0] != '/' || !*f.user || (f.group && !*f.group) || f.fmode > 07777 || f.dmode > 07777)) abort() ;
  /* all of it lies in the line */
  if (r == 1 && (f.pattern < line || f.pattern + strlen(f.pattern) > line + len || f.user < line || f.user + strlen(f.user) > line + len)) abort() ;
  free(line) ;
  return 0 ;
}
