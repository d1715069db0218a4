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
#define BAKED "baked"

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

void modstate_set_baked (struct modstate const *s, char const *record)
{
  int dirfd = make_directory(s->fd, BAKED, 0755) ;
  int fd = dirfd == -1 ? -1 : openat(dirfd, record, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644) ;
  if (fd == -1) say_warningsys("note in /" ROOT_MODS_STATE "/" BAKED " that ", record, " is the image's") ;
  else fd_close(fd) ;
  if (dirfd >= 0) fd_close(dirfd) ;
}

int modstate_is_baked (struct modstate const *s, char const *record)
{
  struct stat st ;
  int dirfd = openat(s->fd, BAKED, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  int r = dirfd >= 0 && fstatat(dirfd, record, &st, AT_SYMLINK_NOFOLLOW) == 0 ;
  if (dirfd >= 0) fd_close(dirfd) ;
  return r ;
}

void modstate_clean (struct modstate const *s)
{
  if (fstree_remove(s->fd, WORK) == -1) say_warningsys("remove /" ROOT_MODS_WORK) ;
  unlinkat(s->fd, STAGING, AT_REMOVEDIR) ;
}
