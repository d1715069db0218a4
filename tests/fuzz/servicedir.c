/* ISC license. */

/* run and notification-fd with any content: the first byte splits the input. */

#include "fuzz.h"
#include "servicedir.h"

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  int dir = fuzz_dir(), notifies = -1 ;
  size_t cut = len ? s[0] % len : 0 ;
  enum servicedir_error e ;
  fuzz_put(dir, "run", s, cut, 0700) ;
  fuzz_put(dir, "notification-fd", s + cut, len - cut, 0600) ;
  e = servicedir_check("name", dir, &notifies) ;
  if ((e == SERVICEDIR_OK) != (notifies == 1) || !servicedir_error_text(e)) abort() ;
  if (!servicedir_error_text(servicedir_check_run(dir, dir, "run", 0)) || !servicedir_error_text(servicedir_check_run(dir, dir, "run", 1))) abort() ;
  return 0 ;
}
