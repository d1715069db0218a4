/* ISC license. */

#include "reason.h"

void reason_add_strings (stralloc *sa, char const *const *v)
{
  for (; *v ; v++) if (!stralloc_cats(sa, *v)) { sa->len = 0 ; return ; }
}
