/* ISC license. */

#include <errno.h>

#include "evidence.h"
#include "fatal.h"

void evidence (struct boot const *b, char const *what, char const *found)
{
  if (report_set(b->report, REPORT_EVIDENCE, what, found, "", 0) == -1) fatal(EXIT_SYSTEM, errno, "unable to keep the boot report", "", "") ;
}
