/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "inode.h"

#define SECOND 1000000000u
#define MILLISECOND 1000000u
#define WAIT_MS 4      /* about a tick of the clock that stamps inodes */
#define TRIES 10

static uint64_t nanoseconds (int64_t sec, uint64_t nsec)
{
  return (uint64_t)sec * SECOND + nsec ;
}

/* a seccomp profile of before statx(2) refuses it with EPERM, which no stat gives */
static int stat_without_statx (int dirfd, char const *name, int flags, struct inode *ret)
{
  struct stat st ;
  if (fstatat(dirfd, name, &st, flags) == -1) return -1 ;
  *ret = (struct inode)
  {
    .dev = st.st_dev, .ino = st.st_ino, .mount = st.st_dev,
    .change = nanoseconds(st.st_ctim.tv_sec, (uint64_t)st.st_ctim.tv_nsec), .birth = 0,
    .mode = st.st_mode, .nlink = (uint32_t)st.st_nlink, .uid = st.st_uid, .gid = st.st_gid
  } ;
  return 0 ;
}

static int flags_for (char const *name)
{
  return AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (name[0] ? 0 : AT_EMPTY_PATH) ;
}

int inode_glance (int dirfd, char const *name, struct inode *ret)
{
  struct statx st ;
  int flags = flags_for(name) ;
  /* A local file system answers as fast with everything (2% between the least and all, on tmpfs and ext4); but NFS writes a file out before
     it tells its times, and one in user space may be asked again for the birth. AT_STATX_DONT_SYNC could take an owner of long ago for
     right. */
  if (statx(dirfd, name, flags, STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_UID | STATX_GID, &st) == -1)
    return errno == EPERM ? stat_without_statx(dirfd, name, flags, ret) : -1 ;
  *ret = (struct inode){ .mode = st.stx_mode, .nlink = st.stx_nlink, .uid = st.stx_uid, .gid = st.stx_gid } ;
  return 0 ;
}

int inode_stat (int dirfd, char const *name, struct inode *ret)
{
  struct statx st ;
  int flags = flags_for(name) ;
  if (statx(dirfd, name, flags, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &st) == -1)
    return errno == EPERM ? stat_without_statx(dirfd, name, flags, ret) : -1 ;
  ret->dev = makedev(st.stx_dev_major, st.stx_dev_minor) ;
  ret->ino = st.stx_ino ;
  ret->mount = st.stx_mask & STATX_MNT_ID ? st.stx_mnt_id : ret->dev ;
  ret->change = nanoseconds(st.stx_ctime.tv_sec, st.stx_ctime.tv_nsec) ;
  ret->birth = st.stx_mask & STATX_BTIME ? nanoseconds(st.stx_btime.tv_sec, st.stx_btime.tv_nsec) : 0 ;
  ret->mode = st.stx_mode ;
  ret->nlink = st.stx_nlink ;
  ret->uid = st.stx_uid ;
  ret->gid = st.stx_gid ;
  return 0 ;
}

int inode_same (struct inode const *a, struct inode const *b)
{
  return a->dev == b->dev && a->ino == b->ino && a->birth == b->birth ;
}

static uint64_t now (clockid_t clock)
{
  struct timespec ts ;
  clock_gettime(clock, &ts) ;
  return nanoseconds(ts.tv_sec, (uint64_t)ts.tv_nsec) ;
}

/* Every link, unlink and rename of an inode stamps it with the time, so one that happened since `since` has left a stamp between then
   and now. Without one, what a look at the inode shows has been so since then. Stamps of the future come from a clock that was wrong. */
static int stood_still (struct inode const *i, uint64_t since)
{
  /* some file systems only keep seconds; what the others cut off is less than a millisecond */
  uint64_t grain = i->change % SECOND ? MILLISECOND : SECOND ;
  return i->change + grain < since || i->change > now(CLOCK_REALTIME) + grain ;
}

int inode_open (int dirfd, char const *name, struct inode *ret, int *ret_steady)
{
  /* the clock that stamps inodes: a finer one could be ahead of it */
  uint64_t since = now(CLOCK_REALTIME_COARSE) ;
  int fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  if (inode_stat(fd, "", ret) == -1) { int e = errno ; fd_close(fd) ; return (errno = e, -1) ; }
  *ret_steady = S_ISDIR(ret->mode) || stood_still(ret, since) ;
  return fd ;
}

int inode_open_steady (int dirfd, char const *name, struct inode *ret, atomic_int *patience)
{
  struct timespec const wait = { .tv_sec = 0, .tv_nsec = WAIT_MS * MILLISECOND } ;
  unsigned int tries = 0 ;
  for (;;)
  {
    struct inode i ;
    int steady, fd = inode_open(dirfd, name, &i, &steady) ;
    if (fd == -1) return -1 ;
    if (steady) { *ret = i ; return fd ; }
    fd_close(fd) ;
    /* where only seconds are kept it takes one until the file of a moment ago has stood still */
    if (++tries >= (i.change % SECOND ? TRIES : 1100 / WAIT_MS) || atomic_fetch_sub(patience, WAIT_MS) < WAIT_MS)
      return (errno = EAGAIN, -1) ;
    nanosleep(&wait, 0) ;
  }
}
