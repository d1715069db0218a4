/* ISC license. */

/* The first line of a file with any content: no crash, and all that is told of it lies in the line. */

#include "fuzz.h"
#include "scriptfile.h"

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  int dir = fuzz_dir() ;
  struct scriptfile f ;
  char const *argv[4] ;
  fuzz_put(dir, "script", s, len, 0600) ;
  if (scriptfile_inspect(dir, "script", &f) == -1) abort() ;
  if (f.interpreter && (f.interpreter < f.line || f.interpreter + strlen(f.interpreter) >= f.line + sizeof f.line || !*f.interpreter)) abort() ;
  if (f.argument && (!f.interpreter || f.argument <= f.interpreter || f.argument + strlen(f.argument) >= f.line + sizeof f.line)) abort() ;
  if (scriptfile_argv(&f, "/s", "/shell", argv) == -1 && !f.program) abort() ;
  return 0 ;
}
