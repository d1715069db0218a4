/* ISC license. */

#include "boot.h"
#include "oneline.h"
#include "outcome.h"
#include "verbosity.h"

void outcome_say (char const *mod, char const *digest, enum apply_result result, stralloc *why)
{
  switch (result)
  {
    case APPLY_DONE : say_out("[mod-init] ", mod, " applied to container") ; break ;
    case APPLY_SAME : say_out("[mod-init] ", mod, digest[0] ? " at " : "", digest, " has been previously applied, skipping") ; break ;
    default :
      oneline(why->s, why->len) ;
      say_warning("unable to apply ", mod, ": ", stralloc_0(why) ? why->s : "no memory") ;
  }
}

int outcome_code (int code, enum apply_result result)
{
  if (result == APPLY_SYSTEM) return EXIT_SYSTEM ;
  return result == APPLY_REFUSED && !code ? EXIT_USER : code ;
}
