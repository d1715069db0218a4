/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "fstree.h"
#include "lockfile.h"
#include "modstate.h"
#include "paths.h"
#include "rootpath.h"
#include "verbosity.h"

/* in ROOT_MODS_STATE */
#define RECORDS "mods"
#define STAGING "staging"
#define WORK "work"
#define LOCK "lock"

static int make_directory (int dirfd, char const *name, mode_t mode)
{
  if (mkdirat(dirfd, name, mode) == -1 && errno != EEXIST) return -1 ;
  return openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
}

int modstate_open (int rootfd, struct modstate *ret, char const **ret_what)
{
  struct modstate s = { .rootfd = rootfd, .fd = -1, .recordsfd = -1, .stagingfd = -1, .workfd = -1, .lockfd = -1 } ;
  int e ;
  int dirfd = rootpath_open(rootfd, ROOT_VAR_LIB, O_RDONLY | O_DIRECTORY) ;
  *ret_what = "/" ROOT_VAR_LIB ;
  if (dirfd == -1) return -1 ;
  *ret_what = "/" ROOT_MODS_STATE ;
  s.fd = make_directory(dirfd, MODS_STATE, 0755) ;
  fd_close(dirfd) ;
  if (s.fd >= 0
   && (s.lockfd = lockfile_take(s.fd, LOCK)) >= 0
   && (s.recordsfd = make_directory(s.fd, RECORDS, 0755)) >= 0
   && (s.stagingfd = make_directory(s.fd, STAGING, 0700)) >= 0
   /* what an earlier boot has left there is of no use */
   && fstree_remove(s.fd, WORK) == 0
   && (s.workfd = make_directory(s.fd, WORK, 0700)) >= 0)
  {
    *ret = s ;
    return 0 ;
  }
  e = errno ;
  if (s.fd >= 0) fd_close(s.fd) ;
  if (s.lockfd >= 0) fd_close(s.lockfd) ;
  if (s.recordsfd >= 0) fd_close(s.recordsfd) ;
  if (s.stagingfd >= 0) fd_close(s.stagingfd) ;
  errno = e ;
  return -1 ;
}

void modstate_clean (struct modstate const *s)
{
  if (fstree_remove(s->fd, WORK) == -1) say_warningsys("remove /" ROOT_MODS_WORK) ;
  unlinkat(s->fd, STAGING, AT_REMOVEDIR) ;
}
