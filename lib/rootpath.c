/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "dotname.h"
#include "rootpath.h"
#include "trusted.h"

#define LINKS_MAX 40   /* as in path_resolution(7) */
#define META "*?[\\"

struct walk
{
  int rootfd ;
  struct stat root ;
  rootpath_func *f ;
  void *data ;
  unsigned int links ;
  char path[PATH_MAX] ;    /* of what is looked at */
} ;

static int step (struct walk *, int dirfd, size_t len, char const *rest) ;

/* Writes what matches the len bytes at s alone, at most twice as many, into pattern. Returns their number. */
static size_t quote (char const *s, size_t len, char *pattern)
{
  size_t i = 0, n = 0 ;
  for (; i < len ; i++)
  {
    if (strchr(META, s[i])) pattern[n++] = '\\' ;
    pattern[n++] = s[i] ;
  }
  return n ;
}

/* Follows the link fd: its target stands before the rest of the pattern. */
static int follow (struct walk *w, int fd, int dirfd, size_t len, char const *rest)
{
  char target[PATH_MAX] ;
  char pattern[2 * PATH_MAX + 1] ;
  size_t n ;
  ssize_t r = readlinkat(fd, "", target, sizeof target) ;
  if (r == -1) return -1 ;
  if (++w->links > LINKS_MAX) return (errno = ELOOP, -1) ;
  if ((size_t)r + strlen(rest) >= PATH_MAX - 1) return (errno = ENAMETOOLONG, -1) ;
  n = quote(target, (size_t)r, pattern) ;
  pattern[n++] = '/' ;
  /* a rest of nothing: the target itself */
  if (*rest) strcpy(pattern + n, rest) ;
  else pattern[n - 1] = 0 ;
  if (target[0] != '/') return step(w, dirfd, len, pattern) ;
  return step(w, w->rootfd, 0, pattern) ;
}

static int link_counts (struct stat const *dir, struct stat const *link)
{
  return is_trusted(dir) || (!dir->st_uid && dir->st_mode & S_ISVTX && !link->st_uid) ;
}

/* Goes on at name in dirfd, whose path has len bytes; rest is what is left of the pattern behind it. */
static int enter (struct walk *w, int dirfd, size_t len, char const *name, char const *rest)
{
  struct stat st, dir ;
  size_t n = strlen(name) ;
  int r = 0 ;
  int fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  rest += strspn(rest, "/") ;
  if (len + n + 2 > sizeof w->path) { errno = ENAMETOOLONG ; r = -1 ; }
  else if (fstat(fd, &st) == -1 || fstat(dirfd, &dir) == -1) r = -1 ;
  else if (S_ISLNK(st.st_mode) && link_counts(&dir, &st)) r = follow(w, fd, dirfd, len, rest) ;
  else
  {
    w->path[len] = '/' ;
    memcpy(w->path + len + 1, name, n + 1) ;
    if (!*rest) r = (*w->f)(dirfd, name, w->path, w->data) ;
    else if (S_ISDIR(st.st_mode)) r = step(w, fd, len + n + 1, rest) ;
    else if (S_ISLNK(st.st_mode)) { errno = ELOOP ; r = -1 ; }
  }
  {
    int e = errno ;
    fd_close(fd) ;
    errno = e ;
  }
  return r ;
}

/* All names in dirfd that match. */
static int enter_all (struct walk *w, int dirfd, size_t len, char const *component, char const *rest)
{
  struct dirent **entries ;
  int i = 0, r = 0 ;
  int n = scandirat(dirfd, ".", &entries, 0, &alphasort) ;
  if (n == -1) return -1 ;
  for (; i < n ; i++)
  {
    char const *name = entries[i]->d_name ;
    if (!r && !is_dot(name) && !fnmatch(component, name, FNM_PERIOD)) r = enter(w, dirfd, len, name, rest) ;
    free(entries[i]) ;
  }
  free(entries) ;
  return r ;
}

static int is_root (struct walk const *w, int dirfd)
{
  struct stat st ;
  return fstat(dirfd, &st) == 0 && st.st_dev == w->root.st_dev && st.st_ino == w->root.st_ino ;
}

/* One up; the root's parent is the root. */
static int up (struct walk *w, int dirfd, size_t len, char const *rest)
{
  int r ;
  int fd = openat(dirfd, is_root(w, dirfd) ? "." : "..", O_PATH | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  while (len && w->path[len - 1] != '/') len-- ;
  r = step(w, fd, len ? len - 1 : 0, rest) ;
  fd_close(fd) ;
  return r ;
}

static int step (struct walk *w, int dirfd, size_t len, char const *rest)
{
  char component[2 * NAME_MAX + 1] ;
  size_t n ;
  rest += strspn(rest, "/") ;
  n = strcspn(rest, "/") ;
  w->path[len] = 0 ;
  if (!n) return (*w->f)(dirfd, ".", len ? w->path : "/", w->data) ;
  if (n >= sizeof component) return (errno = ENAMETOOLONG, -1) ;
  memcpy(component, rest, n) ;
  component[n] = 0 ;
  rest += n ;
  if (!strcmp(component, ".")) return step(w, dirfd, len, rest) ;
  if (!strcmp(component, "..")) return up(w, dirfd, len, rest) ;
  return component[strcspn(component, META)] ? enter_all(w, dirfd, len, component, rest) : enter(w, dirfd, len, component, rest) ;
}

int rootpath_glob (int rootfd, char const *pattern, rootpath_func *f, void *data)
{
  struct walk w = { .rootfd = rootfd, .f = f, .data = data, .links = 0 } ;
  if (strlen(pattern) >= PATH_MAX) return (errno = ENAMETOOLONG, -1) ;
  if (fstat(rootfd, &w.root) == -1) return -1 ;
  return step(&w, rootfd, 0, pattern) ;
}

struct opening
{
  int flags, fd ;
} ;

static int open_it (int dirfd, char const *name, char const *path, void *data)
{
  struct opening *o = data ;
  (void)path ;
  o->fd = openat(dirfd, name, o->flags) ;
  return o->fd == -1 ? -1 : 1 ;
}

int rootpath_open (int rootfd, char const *path, int flags)
{
  struct opening o = { .flags = flags | O_NOFOLLOW | O_CLOEXEC, .fd = -1 } ;
  char pattern[2 * PATH_MAX] ;
  size_t len = strlen(path) ;
  int r ;
  if (len >= PATH_MAX) return (errno = ENAMETOOLONG, -1) ;
  pattern[quote(path, len, pattern)] = 0 ;
  r = rootpath_glob(rootfd, pattern, &open_it, &o) ;
  if (!r) errno = ENOENT ;
  return o.fd ;
}
