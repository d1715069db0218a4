/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "dotname.h"
#include "mountpoint.h"
#include "paths.h"
#include "runmount.h"

/* the image's own directories: what is nested deeper is not carried over, and nothing is mounted */
#define DEPTH_MAX 16

/* the flags that belong to the mount and must be given again when it is remounted: mount(2), statvfs(3) */
static struct { unsigned long st, ms ; } const mount_flags[] =
{
  { ST_NOSUID, MS_NOSUID },
  { ST_NODEV, MS_NODEV },
  { ST_NOATIME, MS_NOATIME },
  { ST_NODIRATIME, MS_NODIRATIME },
  { ST_RELATIME, MS_RELATIME }
} ;

/* One entry of a directory of the old /run, and the directory of the new one that it goes to. */
struct entry
{
  int from, to ;
  char const *name ;
  char const *path ;   /* the absolute one of the new */
  int fd ;             /* the entry itself, O_PATH */
  struct stat st ;
} ;

static int carry_directory (int from, int to, char const *path, unsigned int depth) ;

/* The working directory is the one way to name what lies below a mount without /proc. */
static int bind_mount (struct entry const *e)
{
  int fd ;
  if (S_ISDIR(e->st.st_mode))
  {
    if (mkdirat(e->to, e->name, 0755) == -1) return -1 ;
  }
  else
  {
    fd = openat(e->to, e->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) ;
    if (fd == -1) return -1 ;
    fd_close(fd) ;
  }
  return fchdir(e->from) == -1 ? -1 : mount(e->name, e->path, 0, MS_BIND | MS_REC, 0) ;
}

static int carry_link (struct entry const *e)
{
  char target[PATH_MAX] ;
  ssize_t n = readlinkat(e->from, e->name, target, sizeof target - 1) ;
  if (n == -1) return -1 ;
  target[n] = 0 ;
  if (symlinkat(target, e->to, e->name) == -1) return -1 ;
  return fchownat(e->to, e->name, e->st.st_uid, e->st.st_gid, AT_SYMLINK_NOFOLLOW) ;
}

/* The owner first: a change of it drops set-id bits. */
static int give_attributes (int fd, struct stat const *st)
{
  return fchown(fd, st->st_uid, st->st_gid) == -1 ? -1 : fchmod(fd, st->st_mode & 07777) ;
}

static int close_with (int fd, int r)
{
  fd_close(fd) ;
  return r ;
}

static int carry_file (struct entry const *e)
{
  off_t left = e->st.st_size ;
  int to ;
  int from = openat(e->from, e->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  if (from == -1) return -1 ;
  to = openat(e->to, e->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) ;
  if (to == -1) return close_with(from, -1) ;
  while (left > 0)
  {
    ssize_t n = sendfile(to, from, 0, (size_t)left) ;
    if (n == -1 && errno == EINTR) continue ;
    if (n == -1) break ;
    if (!n) left = 0 ;
    left -= n ;
  }
  return close_with(from, close_with(to, left > 0 ? -1 : give_attributes(to, &e->st))) ;
}

static int carry_subdirectory (struct entry const *e, unsigned int depth)
{
  int r = -1 ;
  int from = openat(e->from, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  int to ;
  if (from == -1) return -1 ;
  to = mkdirat(e->to, e->name, 0700) == -1 ? -1 : openat(e->to, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (to == -1) return close_with(from, -1) ;
  r = carry_directory(from, to, e->path, depth + 1) == -1 ? -1 : give_attributes(to, &e->st) ;
  return close_with(from, close_with(to, r)) ;
}

static int carry (struct entry const *e, unsigned int depth)
{
  if (mountpoint_is(e->fd)) return bind_mount(e) ;
  switch (e->st.st_mode & S_IFMT)
  {
    case S_IFDIR : return depth < DEPTH_MAX ? carry_subdirectory(e, depth) : 0 ;
    case S_IFLNK : return carry_link(e) ;
    case S_IFREG : return carry_file(e) ;
    default : return 0 ;
  }
}

static int carry_name (int from, int to, char const *dirpath, char const *name, unsigned int depth)
{
  char path[PATH_MAX] ;
  struct entry e = { .from = from, .to = to, .name = name, .path = path } ;
  int r ;
  if ((size_t)snprintf(path, sizeof path, "%s/%s", dirpath, name) >= sizeof path) return (errno = ENAMETOOLONG, -1) ;
  e.fd = openat(from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
  if (e.fd == -1) return -1 ;
  r = fstat(e.fd, &e.st) == -1 ? -1 : carry(&e, depth) ;
  return close_with(e.fd, r) ;
}

static int carry_directory (int from, int to, char const *path, unsigned int depth)
{
  struct dirent const *d ;
  int r = 0 ;
  int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  DIR *dir = fd == -1 ? 0 : fdopendir(fd) ;
  if (!dir) return fd == -1 ? -1 : close_with(fd, -1) ;
  while (!r && (errno = 0, d = readdir(dir)))
    if (!is_dot(d->d_name)) r = carry_name(from, to, path, d->d_name, depth) ;
  if (!r && errno) r = -1 ;
  {
    int e = errno ;
    closedir(dir) ;
    errno = e ;
  }
  return r ;
}

static int mount_and_carry (int runfd)
{
  int fd ;
  if (mount("tmpfs", PATH_RUN, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == -1) return -1 ;
  fd = open(PATH_RUN, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd >= 0 && carry_directory(runfd, fd, PATH_RUN, 0) == 0) return fd ;
  {
    int e = errno ;
    if (fd >= 0) fd_close(fd) ;
    umount2(PATH_RUN, MNT_DETACH) ;
    errno = e ;
  }
  return -1 ;
}

int runmount (int runfd)
{
  int fd, e ;
  int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC) ;
  if (here == -1) return -1 ;
  fd = mount_and_carry(runfd) ;
  e = errno ;
  /* where that is forbidden, / is the one place that is not */
  if (fchdir(here) == -1 && chdir("/") == -1) e = errno ;
  fd_close(here) ;
  return (errno = e, fd) ;
}

int runmount_exec (unsigned long flags)
{
  /* MS_BIND: this mount only, never a superblock that others share */
  unsigned long ms = MS_REMOUNT | MS_BIND ;
  size_t i = 0 ;
  for (; i < sizeof mount_flags / sizeof mount_flags[0] ; i++)
    if (flags & mount_flags[i].st) ms |= mount_flags[i].ms ;
  return mount("none", PATH_RUN, 0, ms, 0) ;
}
