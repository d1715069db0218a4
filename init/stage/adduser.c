/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/buffer.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "accounts.h"
#include "adduser.h"
#include "paths.h"

#define USER "abc"

static int find_user (struct boot const *b, uid_t *uid, gid_t *gid, stralloc *reason)
{
  if (accounts_user(b->rootfd, USER, uid, gid) == 0) return 0 ;
  if (stralloc_cats(reason, "no usable user " USER " in /" ROOT_PASSWD " (") && stralloc_cats(reason, strerror(errno))
   && stralloc_cats(reason, "); run init-bake in the image build") && stralloc_0(reason)) return -1 ;
  return -1 ;
}

int stage_adduser (struct boot const *b, stralloc *reason)
{
  char fmt[UINT_FMT] ;
  uid_t uid = geteuid() ;
  gid_t gid = getegid() ;
  /* as another user than root, that user is who everything runs as */
  if (!uid && find_user(b, &uid, &gid, reason) == -1) return -1 ;
  buffer_puts(buffer_1small, "User UID:    ") ;
  buffer_put(buffer_1small, fmt, uint_fmt(fmt, uid)) ;
  buffer_puts(buffer_1small, "\nUser GID:    ") ;
  buffer_put(buffer_1small, fmt, uint_fmt(fmt, gid)) ;
  buffer_putsflush(buffer_1small, "\n") ;
  return 0 ;
}

/* Whether the user could write the directory, asked of the kernel as that user. */
static int writable_by (int dirfd, uid_t uid, gid_t gid)
{
  gid_t groups[256] ;
  uid_t ruid = geteuid() ;
  gid_t rgid = getegid() ;
  int n = getgroups(sizeof groups / sizeof groups[0], groups) ;
  int ok = 0 ;
  if (n == -1) return 0 ;
  if (setgroups(1, &gid) == 0)
  {
    if (setegid(gid) == 0)
    {
      if (seteuid(uid) == 0)
      {
        ok = faccessat(dirfd, ".", W_OK | X_OK, AT_EACCESS) == 0 ;
        /* going on as the wrong user would be worse than to end */
        if (seteuid(ruid) == -1) _exit(EXIT_SYSTEM) ;
      }
      if (setegid(rgid) == -1) _exit(EXIT_SYSTEM) ;
    }
    if (setgroups((size_t)n, groups) == -1) _exit(EXIT_SYSTEM) ;
  }
  return ok ;
}

/* Ownership is wanted so that the application can write; where it cannot be had, that alone is worth a warning. */
static void own (struct boot const *b, char const *name, uid_t uid, gid_t gid)
{
  struct stat st ;
  int e ;
  int fd = openat(b->rootfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1)
  {
    if (errno == ENOENT) strerr_warnw("/", name, " does not exist: run init-bake in the image build, or mount a volume there") ;
    else strerr_warnwusys("open the directory /", name) ;
    return ;
  }
  /* right already: a chown would copy the directory up and change its time for nothing */
  if (fstat(fd, &st) == -1) e = errno ;
  else if (st.st_uid == uid && st.st_gid == gid) e = 0 ;
  else e = fchown(fd, uid, gid) == -1 ? errno : 0 ;
  if (e && !(e == EPERM && writable_by(fd, uid, gid)))
    strerr_warnw("unable to give /", name, " to user " USER ": ", strerror(e), "; chown it on the host, or mount it writable") ;
  fd_close(fd) ;
}

int stage_own_config (struct boot const *b, stralloc *reason)
{
  uid_t uid ;
  gid_t gid ;
  if (find_user(b, &uid, &gid, reason) == -1) return -1 ;
  own(b, ROOT_CONFIG, uid, gid) ;
  return 0 ;
}

int stage_own_app (struct boot const *b, stralloc *reason)
{
  uid_t uid ;
  gid_t gid ;
  if (find_user(b, &uid, &gid, reason) == -1) return -1 ;
  own(b, ROOT_APP, uid, gid) ;
  own(b, ROOT_DEFAULTS, uid, gid) ;
  return 0 ;
}
