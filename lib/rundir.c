/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "contenv.h"
#include "exitcode.h"
#include "fstree.h"
#include "lockfile.h"
#include "paths.h"
#include "rundir.h"

/* the flags that belong to the mount and must be given again when it is remounted: mount(2), statvfs(3) */
static struct { unsigned long st, ms ; } const mount_flags[] =
{
  { ST_NOSUID, MS_NOSUID },
  { ST_NODEV, MS_NODEV },
  { ST_NOATIME, MS_NOATIME },
  { ST_NODIRATIME, MS_NODIRATIME },
  { ST_RELATIME, MS_RELATIME }
} ;

/* what is removed, then what is made, in this order */
static char const *const stale[] = { RUN_SCANDIR, RUN_STATE, RUN_RESULTS, RUN_LIVE } ;
static char const *const fresh[] =
  { RUN_STATE, RUN_SCANDIR, RUN_RESULTS, RUN_LEGACY_SERVICES, RUN_BASEDIR, RUN_BASEDIR_BIN, RUN_LIVE, RUN_SERVICEDIRS } ;

char const *rundir_step_name (enum rundir_step step)
{
  static char const *const names[] =
  {
    [RUNDIR_NONE] = "not usable",
    [RUNDIR_AS_IS] = "writable",
    [RUNDIR_REMOUNTED] = "was noexec, remounted exec",
    [RUNDIR_NOEXEC] = "noexec, executables are links into the root",
    [RUNDIR_MOUNTED] = "mounted"
  } ;
  return names[step] ;
}

/* MS_BIND: changes the flags of this mount only, never those of a superblock that others share. */
static int remount_exec (unsigned long st_flags)
{
  unsigned long flags = MS_REMOUNT | MS_BIND ;
  size_t i = 0 ;
  for (; i < sizeof mount_flags / sizeof mount_flags[0] ; i++)
    if (st_flags & mount_flags[i].st) flags |= mount_flags[i].ms ;
  return mount("none", PATH_RUN, 0, flags, 0) == -1 ? errno : 0 ;
}

int rundir_open (int rootfd, int may_mount, struct rundir *ret)
{
  struct statfs st ;
  int fd ;
  ret->step = RUNDIR_NONE ;
  ret->probe_errno = ret->remount_errno = 0 ;
  if (mkdirat(rootfd, ROOT_RUN, 0755) == -1 && errno != EEXIST && errno != EROFS && errno != EACCES && errno != EPERM) return -1 ;
  fd = openat(rootfd, ROOT_RUN, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  if (writability_probe(fd, &ret->probe_errno) != WRITABLE)
  {
    fd_close(fd) ;
    return (errno = ret->probe_errno, -1) ;
  }
  if (fstatfs(fd, &st) == -1) { fd_close(fd) ; return -1 ; }
  if (!(st.f_flags & ST_NOEXEC)) ret->step = RUNDIR_AS_IS ;
  else if (!may_mount) ret->step = RUNDIR_NOEXEC ;
  else
  {
    ret->remount_errno = remount_exec((unsigned long)st.f_flags) ;
    ret->step = ret->remount_errno ? RUNDIR_NOEXEC : RUNDIR_REMOUNTED ;
  }
  return fd ;
}

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
