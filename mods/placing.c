/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "accessat.h"
#include "filemove.h"
#include "layerpath.h"
#include "mountpoint.h"
#include "placing.h"
#include "reason.h"
#include "rootpath.h"

/* a directory before it has its place; no number, and no name of ours */
#define NEW_DIRECTORY "directory"

struct placing
{
  int rootfd, stagefd ;
  stralloc *why ;
  char parent[LAYERPATH_MAX + 1] ;   /* of the last entry: most have it in common with the next one */
  int opened ;                       /* whether it has been looked for */
  int fd ;                           /* -1: it is not there */
  int writable ;                     /* whether that was found */
} ;

static int fail (struct placing *p, int e, char const *path, char const *why)
{
  reason_add(p->why, path, ": ", why) ;
  return (errno = e, -1) ;
}

static void forget_parent (struct placing *p)
{
  int e = errno ;
  if (p->opened && p->fd >= 0) fd_close(p->fd) ;
  p->opened = 0 ;
  errno = e ;
}

static char const *fault (int e)
{
  switch (e)
  {
    case ENOTDIR : return "something that is no directory is on the way to it" ;
    case ELOOP : return "a link on the way to it does not count, or there are too many: others than root could have put it there" ;
    default : return strerror(e) ;
  }
}

/* Finds the directory that path is to be in. Returns a descriptor, which stays p's, or -1 and sets errno: ENOENT, it is not there. */
static int open_parent (struct placing *p, char const *path, char const **ret_name)
{
  char const *slash = strrchr(path, '/') ;
  size_t len = slash ? (size_t)(slash - path) : 0 ;
  *ret_name = slash ? slash + 1 : path ;
  if (!p->opened || strncmp(p->parent, path, len) || p->parent[len])
  {
    int fd ;
    forget_parent(p) ;
    memcpy(p->parent, path, len) ;
    p->parent[len] = 0 ;
    fd = rootpath_open(p->rootfd, p->parent, O_PATH | O_DIRECTORY) ;
    if (fd == -1 && errno != ENOENT) return -1 ;
    p->fd = fd ;
    p->opened = 1 ;
    p->writable = 0 ;
  }
  if (p->fd == -1) errno = ENOENT ;
  return p->fd ;
}

static int check_writable (struct placing *p, char const *path)
{
  if (!p->writable && accessat(p->fd, ".", W_OK) == -1)
  {
    int e = errno ;
    return fail(p, e, path, e == EROFS ? "its directory is read-only" : e == EPERM ? "its directory may not be changed" : strerror(e)) ;
  }
  p->writable = 1 ;
  return 0 ;
}

static int check_directory (struct placing *p, char const *path)
{
  struct stat st ;
  char const *name ;
  int e, parent ;
  int fd = rootpath_open(p->rootfd, path, O_PATH | O_DIRECTORY) ;
  if (fd >= 0) { fd_close(fd) ; return 0 ; }
  e = errno ;
  if (e != ENOENT && e != ENOTDIR) return fail(p, e, path, fault(e)) ;
  parent = open_parent(p, path, &name) ;
  /* what is to be made in what is to be made */
  if (parent == -1 && errno == ENOENT) return 0 ;
  if (parent == -1) return fail(p, errno, path, fault(errno)) ;
  if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == -1) return errno == ENOENT ? check_writable(p, path) : fail(p, errno, path, strerror(errno)) ;
  if (!S_ISLNK(st.st_mode)) return fail(p, ENOTDIR, path, "it is a directory of the mod, and something else in the root") ;
  return fail(p, ELOOP, path, "it is a directory of the mod, and in the root a link that leads to none, or that others than root could have put there") ;
}

/* Whether what is there can be replaced. */
static int check_old (struct placing *p, int parent, char const *name, char const *path, mode_t mode)
{
  int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
  int mounted ;
  if (fd == -1) return fail(p, errno, path, strerror(errno)) ;
  mounted = mountpoint_is(fd) ;
  fd_close(fd) ;
  if (mounted) return fail(p, EBUSY, path, "something is mounted on it") ;
  /* EPERM alone says that it is immutable, which a rename(2) over it minds; it does not mind the mode */
  if (S_ISREG(mode) && accessat(parent, name, W_OK) == -1 && errno == EPERM) return fail(p, EPERM, path, "it may not be changed") ;
  return 0 ;
}

static int check_file (struct placing *p, char const *path)
{
  struct stat st ;
  char const *name ;
  int parent = open_parent(p, path, &name) ;
  if (parent == -1 && errno == ENOENT) return 0 ;
  if (parent == -1) return fail(p, errno, path, fault(errno)) ;
  if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
  {
    if (errno != ENOENT) return fail(p, errno, path, strerror(errno)) ;
  }
  else if (S_ISDIR(st.st_mode)) return fail(p, EISDIR, path, "it is no directory of the mod, and one in the root") ;
  else if (check_old(p, parent, name, path, st.st_mode) == -1) return -1 ;
  return check_writable(p, path) ;
}

/* Makes it in the staging directory, so that it is whole when it comes to its place. Returns 0, or -1 and sets errno. */
static int stage_directory (struct placing *p, mode_t mode)
{
  int fd, r, e ;
  /* one of a call that was killed, or that had no use for it, serves as well */
  if (mkdirat(p->stagefd, NEW_DIRECTORY, 0700) == -1 && errno != EEXIST) return -1 ;
  fd = openat(p->stagefd, NEW_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  r = fchown(fd, 0, 0) == -1 || fchmod(fd, mode) == -1 ? -1 : 0 ;
  e = errno ;
  fd_close(fd) ;
  errno = e ;
  return r ;
}

/* On another file system: in place, with all of its mode at once. Another user who can write its parent may exchange it at any time: what is then there is
   made root's group's at most, and no mode of anything changes. */
static int make_in_place (int parent, char const *name, mode_t mode)
{
  struct stat st ;
  mode_t mask = umask(0) ;
  int r = mkdirat(parent, name, mode) ;
  int e = errno ;
  int fd ;
  umask(mask) ;
  errno = e ;
  if (r == -1) return -1 ;
  fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  /* the group of a directory with the bit set-group-ID comes down to those in it */
  r = fstat(fd, &st) == -1 || (!st.st_uid && st.st_gid && fchown(fd, 0, 0) == -1) ? -1 : 0 ;
  e = errno ;
  fd_close(fd) ;
  errno = e ;
  return r ;
}

static int put_directory (struct placing *p, char const *path, mode_t mode)
{
  char const *name ;
  int parent, r ;
  int fd = rootpath_open(p->rootfd, path, O_PATH | O_DIRECTORY) ;
  if (fd >= 0) { fd_close(fd) ; return 0 ; }
  if (errno != ENOENT) return fail(p, errno, path, fault(errno)) ;
  parent = open_parent(p, path, &name) ;
  if (parent == -1) return fail(p, errno, path, fault(errno)) ;
  r = stage_directory(p, mode) ;
  if (r == 0) r = renameat(p->stagefd, NEW_DIRECTORY, parent, name) ;
  if (r == -1 && errno == EXDEV) r = make_in_place(parent, name, mode) ;
  return r == -1 ? fail(p, errno, path, strerror(errno)) : 0 ;
}

static int put_file (struct placing *p, char const *path, uint32_t number)
{
  struct stat st ;
  char staged[16] ;
  char const *name ;
  int parent, e ;
  snprintf(staged, sizeof staged, "%u", (unsigned int)number) ;
  parent = open_parent(p, path, &name) ;
  if (parent == -1) e = errno ;
  else if (filemove(p->stagefd, staged, parent, name) == 0) return 0 ;
  else e = errno ;
  /* put by a call that was killed since */
  if (fstatat(p->stagefd, staged, &st, AT_SYMLINK_NOFOLLOW) == -1 && errno == ENOENT) return 0 ;
  return fail(p, e, path, parent == -1 ? fault(e) : strerror(e)) ;
}

int placing_check (int rootfd, struct layer const *l, stralloc *why)
{
  struct placing p = { .rootfd = rootfd, .stagefd = -1, .why = why } ;
  size_t i = 0 ;
  int r = 0 ;
  for (; !r && i < l->n ; i++)
  {
    struct layer_entry const *e = l->entries + i ;
    char const *path = l->names.s + e->path ;
    r = e->type == LAYER_DIRECTORY ? check_directory(&p, path) : check_file(&p, path) ;
  }
  forget_parent(&p) ;
  return r ;
}

int placing_do (int rootfd, int stagefd, struct layer const *l, stralloc *why)
{
  struct placing p = { .rootfd = rootfd, .stagefd = stagefd, .why = why } ;
  size_t i = 0 ;
  int r = 0 ;
  for (; !r && i < l->n ; i++)
  {
    struct layer_entry const *e = l->entries + i ;
    char const *path = l->names.s + e->path ;
    r = e->type == LAYER_DIRECTORY ? put_directory(&p, path, e->mode) : put_file(&p, path, e->number) ;
  }
  forget_parent(&p) ;
  return r ;
}
