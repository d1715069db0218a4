/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "dotname.h"
#include "layerpath.h"
#include "layerstage.h"
#include "regularfile.h"

#define COPY_SIZE 65536
/* bounds the descriptors and the stack that a tree can make us use */
#define DEPTH_MAX 128

struct walk
{
  struct layerstage *st ;
  char name[LAYERPATH_MAX + 1] ;   /* of what is looked at, from the top */
  char path[LAYERPATH_MAX + 1] ;   /* the same, checked */
} ;

static int fail (struct walk *w, int e)
{
  return layerstage_fail(w->st, e, w->name, strerror(e)) ;
}

static int close_with (int fd, int r)
{
  int e = errno ;
  fd_close(fd) ;
  errno = e ;
  return r ;
}

/* Copies no more than size bytes, however the file grows meanwhile. */
static int copy_content (struct walk *w, int in, int out, int64_t size)
{
  char buf[COPY_SIZE] ;
  while (size)
  {
    ssize_t n = fd_read(in, buf, size < COPY_SIZE ? (size_t)size : sizeof buf) ;
    if (n == -1) return fail(w, errno) ;
    if (!n) break ;
    if (allwrite(out, buf, (size_t)n) < (size_t)n) return fail(w, errno) ;
    size -= n ;
  }
  return 0 ;
}

/* Whether to go on with what fd, -1 if it could not be opened, is open on. */
static int enter (struct walk *w, int fd, mode_t type, enum layerstage_kind kind, struct stat *st)
{
  if (fd == -1 || fstat(fd, st) == -1)
  {
    fail(w, errno) ;
    return -1 ;
  }
  /* another one by now */
  if ((st->st_mode & S_IFMT) != type)
  {
    fail(w, EINVAL) ;
    return -1 ;
  }
  return layerstage_enter(w->st, w->name, kind, kind == LAYERSTAGE_FILE ? st->st_size : 0, w->path) ;
}

static int read_file (struct walk *w, int dirfd, char const *name)
{
  struct stat st ;
  int in = regularfile_open(dirfd, name, O_RDONLY | O_NOFOLLOW) ;
  int r = enter(w, in, S_IFREG, LAYERSTAGE_FILE, &st) ;
  if (r == 1)
  {
    int out = layerstage_file(w->st, w->path, st.st_mode, st.st_size) ;
    r = out == -1 ? -1 : layerstage_file_end(w->st, w->path, out, copy_content(w, in, out, st.st_size)) ;
  }
  return in == -1 ? r : close_with(in, r) ;
}

static int read_link (struct walk *w, int dirfd, char const *name)
{
  char target[PATH_MAX + 1] ;
  ssize_t n = readlinkat(dirfd, name, target, sizeof target - 1) ;
  int r ;
  if (n == -1) return fail(w, errno) ;
  target[n] = 0 ;
  r = layerstage_enter(w->st, w->name, LAYERSTAGE_LINK, 0, w->path) ;
  return r == 1 ? layerstage_link(w->st, w->path, target) : r ;
}

static int read_in (struct walk *, int dirfd, size_t len, unsigned int depth) ;

static int read_directory (struct walk *w, int dirfd, char const *name, unsigned int depth)
{
  struct stat st ;
  int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  int r = enter(w, fd, S_IFDIR, LAYERSTAGE_DIRECTORY, &st) ;
  /* what is in one that is left out is so too, and is looked at all the same: what a layer may not have is not to depend on where it is */
  if (r == 1) r = layerstage_directory(w->st, w->path, st.st_mode) ;
  if (r == -1) return fd == -1 ? -1 : close_with(fd, -1) ;
  return read_in(w, fd, strlen(w->name), depth + 1) ;
}

static int read_entry (struct walk *w, int dirfd, char const *name, unsigned int depth)
{
  struct stat st ;
  if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == -1) return fail(w, errno) ;
  switch (st.st_mode & S_IFMT)
  {
    case S_IFDIR : return read_directory(w, dirfd, name, depth) ;
    case S_IFREG : return read_file(w, dirfd, name) ;
    case S_IFLNK : return read_link(w, dirfd, name) ;
    default : return layerstage_enter(w->st, w->name, LAYERSTAGE_OTHER, 0, w->path) ;
  }
}

/* Closes dirfd, whose name has len bytes. */
static int read_in (struct walk *w, int dirfd, size_t len, unsigned int depth)
{
  int r = 0, e ;
  DIR *dir = depth > DEPTH_MAX ? (errno = ELOOP, (DIR *)0) : fdopendir(dirfd) ;
  if (!dir) return close_with(dirfd, fail(w, errno)) ;
  while (!r)
  {
    struct dirent const *d ;
    size_t n, at = len ? len + 1 : 0 ;
    errno = 0 ;
    d = readdir(dir) ;
    w->name[len] = 0 ;
    if (!d && errno) r = fail(w, errno) ;
    if (!d) break ;
    if (is_dot(d->d_name)) continue ;
    n = strlen(d->d_name) ;
    if (at + n > LAYERPATH_MAX) { r = fail(w, ENAMETOOLONG) ; break ; }
    if (len) w->name[len] = '/' ;
    memcpy(w->name + at, d->d_name, n + 1) ;
    r = read_entry(w, dirfd, d->d_name, depth) ;
  }
  e = errno ;
  closedir(dir) ;
  errno = e ;
  return r ;
}

int layerdirectory_read (struct layerstage *st, int dirfd)
{
  struct walk w = { .st = st } ;
  /* one of our own: fdopendir(3) takes it, and its offset */
  int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  return fd == -1 ? fail(&w, errno) : read_in(&w, fd, 0, 0) ;
}
