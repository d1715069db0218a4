/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "fstree.h"
#include "lockfile.h"
#include "memoryfs.h"
#include "paths.h"
#include "runlinks.h"
#include "scandir.h"
#include "statedir.h"
#include "writability.h"

/* as often as others may remove what we have just opened */
#define TRIES 8

char const *statedir_obstacle_text (enum statedir_obstacle o)
{
  static char const *const texts[] =
  {
    [STATEDIR_OK] = "",
    [STATEDIR_SYSTEM] = "a system call failed",
    [STATEDIR_ABSENT] = "there is no such directory",
    [STATEDIR_DISK] = "it is not a tmpfs",
    [STATEDIR_MACHINE] = "it is the machine's own",
    [STATEDIR_UNWRITABLE] = "it is not writable",
    [STATEDIR_EXPOSED] = "other users could replace what is in it",
    [STATEDIR_FOREIGN] = "another user has been there before",
    [STATEDIR_TAKEN] = "another container uses it",
    [STATEDIR_FULL] = "it has not enough room"
  } ;
  return texts[o] ;
}

/* tmpfs(5): without a limit the numbers are 0. */
static int has_room (struct statfs const *st)
{
  if (st->f_blocks && st->f_bavail * (unsigned long long)st->f_bsize < STATEDIR_ROOM) return 0 ;
  return !st->f_files || st->f_ffree >= STATEDIR_FILES ;
}

/* Of a /dev that the runtime has made, ptmx is a link or a mount (the OCI runtime specification, "Default Devices"); the kernel makes a device. */
static int is_machines (int placefd, struct stat const *place)
{
  struct stat st ;
  return fstatat(placefd, "ptmx", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(st.st_mode) && st.st_dev == place->st_dev ;
}

/* In a directory that others can write to, only the sticky bit keeps them from what is not theirs; its owner is kept by nothing. */
static enum statedir_obstacle check_place (int placefd)
{
  struct statfs fs ;
  struct stat st ;
  if (fstatfs(placefd, &fs) == -1 || fstat(placefd, &st) == -1) return STATEDIR_SYSTEM ;
  if (!is_memoryfs(&fs)) return STATEDIR_DISK ;
  if (is_machines(placefd, &st)) return STATEDIR_MACHINE ;
  if (st.st_uid && st.st_uid != geteuid()) return STATEDIR_EXPOSED ;
  if (st.st_mode & 022 && !(st.st_mode & S_ISVTX)) return STATEDIR_EXPOSED ;
  return STATEDIR_OK ;
}

static enum statedir_obstacle check_own (int placefd, int fd)
{
  struct stat st, place ;
  if (fstat(fd, &st) == -1 || fstat(placefd, &place) == -1) return STATEDIR_SYSTEM ;
  return st.st_uid != geteuid() || st.st_mode & 022 || st.st_dev != place.st_dev ? STATEDIR_FOREIGN : STATEDIR_OK ;
}

/* Whether the lock, and the directory that it is in, still have their names. */
static int still_there (int placefd, int fd, int lockfd)
{
  struct stat a, b ;
  if (fstat(lockfd, &a) == -1 || !a.st_nlink) return 0 ;
  if (fstat(fd, &a) == -1 || fstatat(placefd, STATEDIR, &b, AT_SYMLINK_NOFOLLOW) == -1) return 0 ;
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino ;
}

static enum statedir_obstacle check_room (int placefd)
{
  struct statfs st ;
  if (fstatfs(placefd, &st) == -1) return STATEDIR_SYSTEM ;
  return has_room(&st) ? STATEDIR_OK : STATEDIR_FULL ;
}

static enum statedir_obstacle of_errno (int e)
{
  if (e == ENOSPC || e == EDQUOT) return STATEDIR_FULL ;
  return e == EACCES || e == EPERM || e == EROFS ? STATEDIR_UNWRITABLE : STATEDIR_SYSTEM ;
}

/* What a boot has put there; what cannot be removed is met again when it is made anew. Returns 0, or -1 and sets errno. */
static int clear (int fd)
{
  size_t i = 0 ;
  int r = 0 ;
  for (; runlinks_names[i] ; i++) if (fstree_remove(fd, runlinks_names[i]) == -1) r = -1 ;
  return r ;
}

/* The lock goes last, so that nobody else begins before. */
static int remove_all (int placefd, int fd)
{
  int r = clear(fd) ;
  if (unlinkat(fd, STATEDIR_LOCK, 0) == -1 && errno != ENOENT) r = -1 ;
  /* whoever comes now has a lock of its own in it, and it stays */
  if (unlinkat(placefd, STATEDIR, AT_REMOVEDIR) == -1 && errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT) r = -1 ;
  return r ;
}

/* A boot that was killed may have left so much that there is no room: it goes first. */
static enum statedir_obstacle make_room (int placefd, int fd)
{
  enum statedir_obstacle o ;
  clear(fd) ;
  o = check_room(placefd) ;
  if (o)
  {
    int e = errno ;
    remove_all(placefd, fd) ;
    errno = e ;
  }
  return o ;
}

/* Returns 0 when someone has removed it meanwhile. */
static int take (int placefd, int fd, int *ret_lockfd, enum statedir_obstacle *o)
{
  int lockfd = lockfile_take(fd, STATEDIR_LOCK) ;
  int e = errno ;
  if (lockfd == -1)
  {
    if (e == ENOENT) return 0 ;
    *o = e == EBUSY ? STATEDIR_TAKEN : of_errno(e) ;
    /* when it is empty */
    if (e != EBUSY) unlinkat(placefd, STATEDIR, AT_REMOVEDIR) ;
    return (errno = e, 1) ;
  }
  if (!still_there(placefd, fd, lockfd)) { fd_close(lockfd) ; return 0 ; }
  switch (scandir_is_used(fd))
  {
    case -1 : *o = of_errno(errno) ; break ;
    case 0 : *o = make_room(placefd, fd) ; break ;
    default : *o = STATEDIR_TAKEN ;
  }
  if (*o) fd_close(lockfd) ; else *ret_lockfd = lockfd ;
  return 1 ;
}

int statedir_open (int placefd, int *ret_lockfd, enum statedir_obstacle *o)
{
  unsigned int i = 0 ;
  *o = check_place(placefd) ;
  if (*o) return -1 ;
  for (; i < TRIES ; i++)
  {
    int fd, over ;
    if (mkdirat(placefd, STATEDIR, 0755) == -1 && errno != EEXIST) { *o = of_errno(errno) ; return -1 ; }
    fd = openat(placefd, STATEDIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
    if (fd == -1)
    {
      if (errno == ENOENT) continue ;
      *o = errno == ENOTDIR || errno == ELOOP || errno == EACCES ? STATEDIR_FOREIGN : STATEDIR_SYSTEM ;
      return -1 ;
    }
    *o = check_own(placefd, fd) ;
    over = *o || take(placefd, fd, ret_lockfd, o) ;
    if (over && !*o) return fd ;
    fd_close(fd) ;
    if (over) return -1 ;
  }
  *o = STATEDIR_TAKEN ;
  return -1 ;
}

enum statedir_obstacle statedir_look (int placefd)
{
  enum statedir_obstacle o = check_place(placefd) ;
  int fd, e ;
  if (o) return o ;
  fd = openat(placefd, STATEDIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd >= 0)
  {
    o = check_own(placefd, fd) ;
    fd_close(fd) ;
    return o ;
  }
  if (errno != ENOENT) return STATEDIR_FOREIGN ;
  o = check_room(placefd) ;
  if (o) return o ;
  if (writability_probe(placefd, &e) == WRITABLE) return STATEDIR_OK ;
  return (errno = e, of_errno(e)) ;
}

void statedir_give_up (int placefd, int fd, int lockfd)
{
  int e = errno ;
  remove_all(placefd, fd) ;
  fd_close(fd) ;
  fd_close(lockfd) ;
  errno = e ;
}

/* Whose it is first: in a sticky directory only what is another's can be changed between two looks. */
static int is_own_link (int placefd, char const *target)
{
  struct stat st ;
  char buf[64] ;
  ssize_t n ;
  if (fstatat(placefd, STATEDIR, &st, AT_SYMLINK_NOFOLLOW) == -1 || st.st_uid != geteuid()) return 0 ;
  n = readlinkat(placefd, STATEDIR, buf, sizeof buf) ;
  return n >= 0 && (size_t)n == strlen(target) && !memcmp(buf, target, (size_t)n) ;
}

enum statedir_obstacle statedir_look_link (int placefd, char const *target)
{
  struct stat st ;
  enum statedir_obstacle o = check_place(placefd) ;
  if (o) return o ;
  if (fstatat(placefd, STATEDIR, &st, AT_SYMLINK_NOFOLLOW) == -1) return errno == ENOENT ? STATEDIR_OK : STATEDIR_SYSTEM ;
  return is_own_link(placefd, target) ? STATEDIR_OK : STATEDIR_FOREIGN ;
}

int statedir_link (int placefd, char const *target, enum statedir_obstacle *o)
{
  *o = check_place(placefd) ;
  if (*o) return -1 ;
  if (symlinkat(target, placefd, STATEDIR) == 0) return 0 ;
  if (errno != EEXIST) *o = of_errno(errno) ;
  else if (!is_own_link(placefd, target)) *o = STATEDIR_FOREIGN ;
  return *o ? -1 : 0 ;
}

int statedir_remove (int placefd, int runfd)
{
  struct stat a, b ;
  int r = 0, lockfd ;
  int fd = openat(placefd, STATEDIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EACCES ? 0 : -1 ;
  if (fstatat(runfd, RUN_STATE, &a, 0) == -1 || fstatat(fd, RUN_STATE, &b, AT_SYMLINK_NOFOLLOW) == -1
   || a.st_dev != b.st_dev || a.st_ino != b.st_ino) { fd_close(fd) ; return 0 ; }
  /* s6-svscan has ended, and its lock with it: an init that is executed beside us may have begun since */
  lockfd = lockfile_take(fd, STATEDIR_LOCK) ;
  if (lockfd == -1) r = errno == EBUSY ? 0 : -1 ;
  else
  {
    if (scandir_is_used(fd) == 0) r = remove_all(placefd, fd) ;
    /* not before: that ends every lock that this process has on the file */
    fd_close(lockfd) ;
  }
  fd_close(fd) ;
  return r ;
}
