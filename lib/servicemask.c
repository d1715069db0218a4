/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/types.h>

#include "paths.h"
#include "servicemask.h"
#include "shortfile.h"

/* A service's directory stands in PATH_LEGACY_SERVICES, that of its logger one below. */
static int in_servicedir (void)
{
  static char const *const parents[] = { "..", "../.." } ;
  struct stat services, st ;
  size_t i = 0 ;
  if (stat(PATH_LEGACY_SERVICES, &services) == -1) return 0 ;
  for (; i < sizeof parents / sizeof parents[0] ; i++)
    if (stat(parents[i], &st) == 0 && st.st_dev == services.st_dev && st.st_ino == services.st_ino) return 1 ;
  return 0 ;
}

int servicemask_apply (void)
{
  char buf[8] ;
  unsigned int mask ;
  if (shortfile_read(AT_FDCWD, PATH_RUN "/" RUN_UMASK, buf, sizeof buf) == -1) return errno == ENOENT ? 0 : -1 ;
  if (!uint_oscan(buf, &mask)) return (errno = EINVAL, -1) ;
  if (in_servicedir()) umask((mode_t)mask & 0777) ;
  return 0 ;
}
