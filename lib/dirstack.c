/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "dirstack.h"

#define FRAMES_MIN 32

struct dirstack_frame *dirstack_top (struct dirstack const *s)
{
  return s->frames + s->depth - 1 ;
}

int dirstack_close_one (struct dirstack *s)
{
  if (s->lowest + 1 >= s->depth) return 0 ;
  fd_close(s->frames[s->lowest].fd) ;
  s->frames[s->lowest++].fd = -1 ;
  return 1 ;
}

static int append_path (struct dirstack *s, char const *path)
{
  if (!s->depth) s->path.len = 0 ;
  else
  {
    s->path.len = dirstack_top(s)->pathlen ;
    /* the first one may be "/" */
    if (s->path.s[s->path.len - 1] != '/' && !stralloc_catb(&s->path, "/", 1)) return 0 ;
  }
  return stralloc_cats(&s->path, path) && stralloc_0(&s->path) ;
}

int dirstack_push (struct dirstack *s, int fd, struct inode const *inode, char const *path)
{
  if (s->depth == s->max)
  {
    size_t max = s->max ? 2 * s->max : FRAMES_MIN ;
    struct dirstack_frame *frames = realloc(s->frames, max * sizeof *frames) ;
    if (!frames) return -1 ;
    s->frames = frames ;
    s->max = max ;
  }
  if (!append_path(s, path)) return -1 ;
  s->frames[s->depth] = (struct dirstack_frame){ .fd = fd, .inode = *inode, .pathlen = s->path.len - 1, .more = 1 } ;
  if (!s->depth++) s->lowest = 1 ;
  while (s->depth > s->lowest + s->held + 1 && dirstack_close_one(s)) ;
  return 0 ;
}

int dirstack_reopen_above (struct dirstack *s)
{
  struct dirstack_frame *above ;
  struct inode inode ;
  int fd, e ;
  if (s->depth < 2 || s->frames[s->depth - 2].fd >= 0) return 0 ;
  above = s->frames + s->depth - 2 ;
  fd = openat(dirstack_top(s)->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  if (inode_stat(fd, "", &inode) == -1 || (above->more && lseek(fd, above->resume, SEEK_SET) == -1)) e = errno ;
  else e = inode_same(&inode, &above->inode) ? 0 : ESTALE ;
  if (e) { fd_close(fd) ; return (errno = e, -1) ; }
  above->fd = fd ;
  s->lowest = s->depth - 2 ;
  return 0 ;
}

void dirstack_pop (struct dirstack *s)
{
  struct dirstack_frame *f = dirstack_top(s) ;
  if (f->fd >= 0) fd_close(f->fd) ;
  stralloc_free(&f->names) ;
  s->depth-- ;
  if (s->lowest > s->depth) s->lowest = s->depth ? s->depth : 1 ;
  if (!s->depth) return ;
  s->path.len = dirstack_top(s)->pathlen ;
  s->path.s[s->path.len++] = 0 ;
}

void dirstack_free (struct dirstack *s)
{
  while (s->depth) dirstack_pop(s) ;
  free(s->frames) ;
  stralloc_free(&s->path) ;
  *s = (struct dirstack){ .frames = 0 } ;
}
