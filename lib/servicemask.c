/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/types.h>

#include "paths.h"
#include "servicemask.h"
#include "shortfile.h"

static int is_above (char const *parent, char const *path)
{
  struct stat a, b ;
  return stat(path, &a) == 0 && stat(parent, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino ;
}

/* A service's directory stands in one of these, that of its logger in one of services.d one below. */
static int in_servicedir (void)
{
  return is_above("..", PATH_SERVICEDIRS) || is_above("..", PATH_LEGACY_SERVICES) || is_above("../..", PATH_LEGACY_SERVICES) ;
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
