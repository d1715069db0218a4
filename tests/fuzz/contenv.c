/* ISC license. */

/* A variable's value is what was written, whatever it is; the report stays one line of JSON per row. */

#include "fuzz.h"
#include "contenv.h"
#include "report.h"

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  int dir = fuzz_dir() ;
  stralloc sa = STRALLOC_ZERO ;
  struct report r = REPORT_ZERO ;
  char *text = malloc(len + 1) ;
  size_t i = 0 ;
  if (!text || contenv_set(dir, "X", (char const *)s, len) == -1 || contenv_get(dir, "X", &sa) != 1) abort() ;
  if (sa.len != len || memcmp(sa.s, s, len)) abort() ;
  memcpy(text, s, len) ;
  text[len] = 0 ;
  sa.len = 0 ;
  if (report_set(&r, REPORT_STAGES, text, "done", text, 1) == -1 || report_json(&r, &sa) == -1) abort() ;
  for (; i < sa.len ; i++) if ((unsigned char)sa.s[i] < 0x20 && sa.s[i] != '\n') abort() ;
  stralloc_free(&sa) ;
  report_free(&r) ;
  free(text) ;
  return 0 ;
}
