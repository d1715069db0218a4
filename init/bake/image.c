/* ISC license. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "boot.h"
#include "image.h"

/* The one who is named by a descriptor, not by a path that may mean another directory by now. */
static int change_root (int fd)
{
  return fchdir(fd) == -1 ? -1 : chroot(".") ;
}

void image_open (struct image *i, char const *dir)
{
  int is_own = !strcmp(dir, "/") ;
  i->name = is_own ? "" : dir ;
  i->outsidefd = -1 ;
  i->rootfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (i->rootfd == -1) strerr_diefusys(EXIT_USER, "open the image root ", dir) ;
  if (is_own) return ;
  i->outsidefd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (i->outsidefd == -1) strerr_diefusys(EXIT_SYSTEM, "open /") ;
}

int image_enter (struct image const *i)
{
  return i->outsidefd == -1 ? 0 : change_root(i->rootfd) ;
}

void image_leave (struct image const *i)
{
  if (i->outsidefd >= 0 && change_root(i->outsidefd) == -1) strerr_diefusys(EXIT_SYSTEM, "leave the image root ", i->name) ;
}
