/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "accessat.h"
#include "accounts.h"
#include "adduser.h"
#include "paths.h"
#include "reason.h"
#include "verbosity.h"

static int find_user (struct boot const *b, uid_t *uid, gid_t *gid, stralloc *reason)
{
  if (accounts_user(b->rootfd, APP_USER, uid, gid) == 0) return 0 ;
  reason_add(reason, "no usable user " APP_USER " in /" ROOT_PASSWD " (", strerror(errno), "); run init-bake in the image build") ;
  return -1 ;
}

/* The image's banner, as it is. */
static void show_branding (struct boot const *b)
{
  stralloc text = STRALLOC_ZERO ;
  int fd = openat(b->rootfd, ROOT_BRANDING, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (fd == -1) return ;
  if (slurp(&text, fd) && text.len)
  {
    if (text.s[text.len - 1] == '\n') text.len-- ;
    if (stralloc_0(&text)) say_out(text.s) ;
  }
  fd_close(fd) ;
  stralloc_free(&text) ;
}

enum stage_result stage_adduser (struct boot const *b, struct script *script, stralloc *reason)
{
  char u[UINT_FMT], g[UINT_FMT] ;
  uid_t uid = b->privileges.euid ;
  gid_t gid = b->privileges.egid ;
  (void)script ;
  /* as another user than root, that user is who everything runs as */
  if (!uid && find_user(b, &uid, &gid, reason) == -1) return STAGE_FAILED ;
  u[uint_fmt(u, uid)] = 0 ;
  g[uint_fmt(g, gid)] = 0 ;
  show_branding(b) ;
  say_out("User UID:    ", u, "\nUser GID:    ", g) ;
  return STAGE_DONE ;
}

/* Whether the directory can be written by the effective ids, which are these, though the real ones are root's. */
static int writable_now (int dirfd, uid_t uid, gid_t gid)
{
  struct stat st ;
  mode_t bits ;
  if (faccessat(dirfd, ".", W_OK | X_OK, AT_EACCESS) == 0) return 1 ;
  /* a seccomp profile of before faccessat2(2) refuses it with EPERM, and the bits are all that there is to go by; an immutable directory
     has that errno for everyone */
  if (errno != EPERM || (accessat(dirfd, ".", W_OK) == -1 && errno != EACCES) || fstat(dirfd, &st) == -1) return 0 ;
  bits = st.st_uid == uid ? st.st_mode >> 6 : st.st_gid == gid ? st.st_mode >> 3 : st.st_mode ;
  return (bits & 3) == 3 ;
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
        ok = writable_now(dirfd, uid, gid) ;
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
  /* O_PATH: without the capability DAC_OVERRIDE root may own what it may not read */
  int fd = openat(b->rootfd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1)
  {
    if (errno == ENOENT) say_warning("/", name, " does not exist: run init-bake in the image build, or mount a volume there") ;
    else say_warningsys("open the directory /", name) ;
    return ;
  }
  /* right already: a chown would copy the directory up and change its time for nothing */
  if (fstat(fd, &st) == -1) e = errno ;
  else if (st.st_uid == uid && st.st_gid == gid) e = 0 ;
  else e = fchownat(fd, "", uid, gid, AT_EMPTY_PATH) == -1 ? errno : 0 ;
  if (e && !(e == EPERM && writable_by(fd, uid, gid)))
    say_warning("unable to give /", name, " to user " APP_USER ": ", strerror(e), "; chown it on the host, or mount it writable") ;
  fd_close(fd) ;
}

/* Ids that are not mapped can own nothing; what that means has been said. */
static int can_own (struct boot const *b, uid_t uid, gid_t gid, stralloc *reason)
{
  return !idmap_lack(&b->privileges.uids, &b->privileges.gids, uid, gid, "uid", "gid", reason) ;
}

enum stage_result stage_own_config (struct boot const *b, struct script *script, stralloc *reason)
{
  uid_t uid ;
  gid_t gid ;
  (void)script ;
  if (find_user(b, &uid, &gid, reason) == -1) return STAGE_FAILED ;
  if (can_own(b, uid, gid, reason)) own(b, ROOT_CONFIG, uid, gid) ;
  return STAGE_DONE ;
}

enum stage_result stage_own_app (struct boot const *b, struct script *script, stralloc *reason)
{
  uid_t uid ;
  gid_t gid ;
  (void)script ;
  if (find_user(b, &uid, &gid, reason) == -1) return STAGE_FAILED ;
  if (!can_own(b, uid, gid, reason)) return STAGE_DONE ;
  own(b, ROOT_APP, uid, gid) ;
  own(b, ROOT_DEFAULTS, uid, gid) ;
  return STAGE_DONE ;
}
