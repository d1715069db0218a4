/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "contenv.h"
#include "exitcode.h"
#include "fstree.h"
#include "lockfile.h"
#include "paths.h"
#include "rundir.h"
#include "statedir.h"
#include "timelimit.h"

/* milliseconds */
#define KEEP_MAXTIME 1000

/* what is removed, then what is made, in this order */
static char const *const stale[] = { RUN_SCANDIR, RUN_STATE, RUN_RESULTS, RUN_LIVE, RUN_ANCHOR } ;
static char const *const fresh[] =
  { RUN_STATE, RUN_SCANDIR, RUN_RESULTS, RUN_LEGACY_SERVICES, RUN_BASEDIR, RUN_BASEDIR_BIN, RUN_LIVE, RUN_SERVICEDIRS } ;

static int make_contenv (int runfd, gid_t gid)
{
  int fd, r ;
  if (mkdirat(runfd, RUN_CONTENV, 0700) == -1) return -1 ;
  if (gid == (gid_t)-1) return 0 ;
  fd = openat(runfd, RUN_CONTENV, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  r = contenv_give_directory(fd, gid) ;
  fd_close(fd) ;
  return r ;
}

int rundir_populate (int runfd, gid_t contenv_gid, char const **ret_what)
{
  size_t i = 0 ;
  for (; i < sizeof stale / sizeof stale[0] ; i++)
  {
    *ret_what = stale[i] ;
    if (fstree_remove(runfd, stale[i]) == -1) return -1 ;
  }
  for (i = 0 ; i < sizeof fresh / sizeof fresh[0] ; i++)
  {
    *ret_what = fresh[i] ;
    if (mkdirat(runfd, fresh[i], 0755) == -1) return -1 ;
  }
  *ret_what = RUN_EXITCODE ;
  if (exitcode_write(runfd, 0) == -1) return -1 ;
  /* without the lock, a stop on a full /run would be two: that of the signal, and that of stage 2 */
  *ret_what = RUN_STOP_LOCK ;
  if (lockfile_make(runfd, RUN_STOP_LOCK) == -1) return -1 ;
  *ret_what = RUN_CONTENV ;
  return make_contenv(runfd, contenv_gid) ;
}

void rundir_keep (int runfd)
{
  struct timelimit limit ;
  /* the lock of a state directory, which links in /run lead to; without, whoever comes asks for that of /run */
  if (lockfile_take(runfd, RUN_ANCHOR "/" STATEDIR_LOCK) >= 0) return ;
  /* stage 2, which may have ended all, has it until it ends itself */
  timelimit_begin(&limit, KEEP_MAXTIME) ;
  flock(runfd, LOCK_EX) ;
  timelimit_end(&limit) ;
}

void rundir_end (int rootfd, int runfd)
{
  static char const *const places[] = { ROOT_DEV, ROOT_SHM } ;
  size_t i = 0 ;
  for (; i < sizeof places / sizeof places[0] ; i++)
  {
    int fd = openat(rootfd, places[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
    if (fd == -1) continue ;
    statedir_remove(fd, runfd) ;
    fd_close(fd) ;
  }
}
