/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "dotname.h"
#include "opath.h"
#include "treeattrs.h"
#include "trusted.h"

/* bounds the descriptors and the stack that a hostile tree can make us use */
#define DEPTH_MAX 128

struct pass
{
  struct treeattrs const *wanted ;
  struct treeattrs_result *result ;
  int top ;               /* others than root can write where the first name stands */
  char path[PATH_MAX] ;   /* of what is looked at; cut where it is too long */
} ;

static void leave (struct pass *p, struct treeattrs_left *left, int e)
{
  if (left->n++) return ;
  left->e = e ;
  memcpy(left->path, p->path, sizeof left->path) ;
}

static void failed (struct pass *p)
{
  leave(p, errno == EROFS ? &p->result->readonly : &p->result->failed, errno) ;
}

/* Sets the attributes of what fd, O_PATH, is open on. */
static void set (struct pass *p, int fd, struct stat const *st, unsigned int depth)
{
  struct treeattrs const *w = p->wanted ;
  mode_t mode = S_ISDIR(st->st_mode) ? w->dmode : w->fmode ;
  int owner = st->st_uid != w->uid || st->st_gid != w->gid ;
  if (!owner && (S_ISLNK(st->st_mode) || (st->st_mode & 07777) == mode)) return ;
  if ((depth || p->top) && S_ISREG(st->st_mode) && st->st_nlink > 1)
  {
    leave(p, &p->result->linked, EMLINK) ;
    return ;
  }
  if (owner && fchownat(fd, "", w->uid, w->gid, AT_EMPTY_PATH) == -1)
  {
    failed(p) ;
    return ;
  }
  /* a change of owner may have taken set-id bits away: the mode is set anew */
  if (!S_ISLNK(st->st_mode) && ((st->st_mode & 07777) != mode || (owner && mode & 07000)) && opath_chmod(fd, mode) == -1) failed(p) ;
}

static void visit (struct pass *, int parent, char const *name, size_t len, unsigned int depth) ;

/* The entries of the directory fd, whose path has len bytes. */
static void descend (struct pass *p, int fd, size_t len, unsigned int depth)
{
  struct dirent const *d ;
  DIR *dir ;
  int dirfd = -1 ;
  if (depth >= DEPTH_MAX) errno = ELOOP ;
  else dirfd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  dir = dirfd == -1 ? 0 : fdopendir(dirfd) ;
  if (!dir)
  {
    failed(p) ;
    if (dirfd >= 0) fd_close(dirfd) ;
    return ;
  }
  while ((d = readdir(dir)))
  {
    size_t n = len ;
    if (is_dot(d->d_name) || (d->d_name[0] == '.' && !p->wanted->hidden)) continue ;
    n += (size_t)snprintf(p->path + len, sizeof p->path - len, "%s%s", len && p->path[len - 1] == '/' ? "" : "/", d->d_name) ;
    visit(p, dirfd, d->d_name, n < sizeof p->path ? n : sizeof p->path - 1, depth + 1) ;
    p->path[len] = 0 ;
  }
  closedir(dir) ;
}

static void visit (struct pass *p, int parent, char const *name, size_t len, unsigned int depth)
{
  struct stat st ;
  int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1 || fstat(fd, &st) == -1)
  {
    /* gone meanwhile: nothing to set */
    if (errno != ENOENT) failed(p) ;
    if (fd >= 0) fd_close(fd) ;
    return ;
  }
  /* the directory last: who is to own it may be the only one to enter it */
  if (p->wanted->recurse && S_ISDIR(st.st_mode)) descend(p, fd, len, depth) ;
  set(p, fd, &st, depth) ;
  fd_close(fd) ;
}

void treeattrs_apply (int dirfd, char const *name, char const *path, struct treeattrs const *wanted, struct treeattrs_result *result)
{
  struct stat st ;
  struct pass p = { .wanted = wanted, .result = result, .top = fstat(dirfd, &st) == -1 || !is_trusted(&st) } ;
  snprintf(p.path, sizeof p.path, "%s", path) ;
  visit(&p, dirfd, name, strlen(p.path), 0) ;
}
