/* ISC license. */

#include <stddef.h>
#include <sys/resource.h>

#include <skalibs/types.h>

#include "boot.h"
#include "fatal.h"
#include "reason.h"
#include "resourcelimits.h"
#include "remedies.h"

/* A boot with a service has a dozen files open at once, and its longest file, the boot report, has some ten kilobytes. */
static struct { __rlimit_resource_t resource ; rlim_t least ; char const *what, *remedy ; } const limits[] =
{
  { RLIMIT_NOFILE, 16, "the limit of open files is too low: ", REMEDY_NOFILE },
  { RLIMIT_FSIZE, 65536, "the limit of a file's size is too low: ", REMEDY_FSIZE }
} ;

char const *resourcelimits_lack (stralloc *why)
{
  size_t i = 0 ;
  for (; i < sizeof limits / sizeof limits[0] ; i++)
  {
    struct rlimit limit ;
    char fmt[UINT64_FMT] ;
    if (getrlimit(limits[i].resource, &limit) == -1 || limit.rlim_cur >= limits[i].least) continue ;
    fmt[uint64_fmt(fmt, limit.rlim_cur)] = 0 ;
    reason_add(why, limits[i].what, fmt) ;
    return limits[i].remedy ;
  }
  return 0 ;
}

void resourcelimits_check (void)
{
  stralloc why = STRALLOC_ZERO ;
  char const *remedy = resourcelimits_lack(&why) ;
  if (remedy) fatal(EXIT_USER, 0, stralloc_0(&why) ? why.s : "a resource limit is too low", "", remedy) ;
}
