/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "directory.h"
#include "paths.h"
#include "rundir.h"
#include "runlinks.h"

void directory_bake (struct image const *image, char const *name, uid_t owner)
{
  struct stat st ;
  int made = mkdirat(image->rootfd, name, 0755) == 0 ;
  int fd ;
  if (!made && errno != EEXIST) strerr_diefusys(EXIT_SYSTEM, "create ", image->name, "/", name) ;
  fd = openat(image->rootfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) strerr_dief(EXIT_USER, image->name, "/", name, " is not a directory: ", strerror(errno)) ;
  if (fstat(fd, &st) == -1) strerr_diefusys(EXIT_SYSTEM, "stat ", image->name, "/", name) ;
  if (made) strerr_warni("created /", name) ;
  if (st.st_uid != owner || st.st_gid != owner)
  {
    if (fchown(fd, owner, owner) == -1) strerr_diefusys(EXIT_SYSTEM, "chown ", image->name, "/", name) ;
    if (!made) strerr_warni("changed the owner of /", name) ;
  }
  fd_close(fd) ;
}

void directory_bake_run (struct image const *image)
{
  struct stat st ;
  char const *what ;
  int fd ;
  directory_bake(image, ROOT_RUN, 0) ;
  fd = openat(image->rootfd, ROOT_RUN, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) strerr_diefusys(EXIT_SYSTEM, "open ", image->name, PATH_RUN) ;
  if (!runlinks_lead(fd, ANCHOR_TO_SHM))
  {
    if (runlinks_make(fd, ANCHOR_TO_SHM, &what) == -1) strerr_diefusys(EXIT_SYSTEM, "link ", image->name, PATH_RUN "/", what) ;
    strerr_warni("linked what the boot writes in " PATH_RUN " to " PATH_STATEDIR_SHM) ;
  }
  if (fstat(fd, &st) == -1) strerr_diefusys(EXIT_SYSTEM, "stat ", image->name, PATH_RUN) ;
  if ((st.st_mode & 07777) != RUNDIR_IMAGE_MODE)
  {
    if (fchmod(fd, RUNDIR_IMAGE_MODE) == -1) strerr_diefusys(EXIT_SYSTEM, "change the mode of ", image->name, PATH_RUN) ;
    strerr_warni("made the mode of " PATH_RUN " 1777, which a tmpfs there takes from it") ;
  }
  fd_close(fd) ;
}

void directory_bake_var_run (struct image const *image)
{
  struct stat st ;
  if (fstatat(image->rootfd, ROOT_VAR_RUN, &st, AT_SYMLINK_NOFOLLOW) == 0)
  {
    if (!S_ISDIR(st.st_mode)) return ;
    if (unlinkat(image->rootfd, ROOT_VAR_RUN, AT_REMOVEDIR) == -1)
    {
      strerr_warnw("/" ROOT_VAR_RUN " is a directory with files in it: left as it is; move them to " PATH_RUN " and run init-bake again") ;
      return ;
    }
  }
  mkdirat(image->rootfd, "var", 0755) ;
  if (symlinkat(PATH_RUN, image->rootfd, ROOT_VAR_RUN) == -1) strerr_diefusys(EXIT_SYSTEM, "link ", image->name, "/" ROOT_VAR_RUN) ;
  strerr_warni("linked /" ROOT_VAR_RUN " to " PATH_RUN) ;
}
