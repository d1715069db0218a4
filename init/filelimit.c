/* ISC license. */

#include <sys/resource.h>

#include "filelimit.h"

static struct rlimit before ;
static int raised ;

void filelimit_raise (void)
{
  struct rlimit new ;
  if (raised || getrlimit(RLIMIT_NOFILE, &before) == -1 || before.rlim_cur == before.rlim_max) return ;
  new = before ;
  new.rlim_cur = new.rlim_max ;
  raised = setrlimit(RLIMIT_NOFILE, &new) == 0 ;
}

void filelimit_restore (void)
{
  if (raised) setrlimit(RLIMIT_NOFILE, &before) ;
}
