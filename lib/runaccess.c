/* ISC license. */

#include <errno.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/xattr.h>

#include "runaccess.h"

static int is_safe (struct stat const *st, uid_t euid)
{
  if (st->st_uid && st->st_uid != euid) return 0 ;
  return !(st->st_mode & 022) || st->st_mode & S_ISVTX ;
}

/* What a former owner wants given to everything that is made there: to read the environment, for one. */
static int drop_default_acl (int fd)
{
  return fremovexattr(fd, XATTR_NAME_POSIX_ACL_DEFAULT) == 0 || errno == ENODATA || errno == EOPNOTSUPP ? 0 : -1 ;
}

static int mend (int fd, struct stat const *st, uid_t euid)
{
  if (st->st_uid != euid && (fchown(fd, euid, (gid_t)-1) == -1 || drop_default_acl(fd) == -1)) return -1 ;
  return st->st_mode & 022 ? fchmod(fd, (st->st_mode & 07777) | S_ISVTX) : 0 ;
}

/* Nobody has mended it. */
static enum runaccess unmended (struct privileges const *p)
{
  if (!p->euid) return RUNACCESS_EXPOSED ;
  return privileges_single_user(p) ? RUNACCESS_ALONE : RUNACCESS_UNPROVEN ;
}

enum runaccess runaccess_look (int fd, struct privileges const *p)
{
  struct stat st ;
  if (fstat(fd, &st) == -1) return RUNACCESS_EXPOSED ;
  if (is_safe(&st, p->euid)) return RUNACCESS_SAFE ;
  if (st.st_uid == p->euid || (!p->euid && privileges_has(p, CAP_CHOWN))) return RUNACCESS_MENDED ;
  return (errno = EPERM, unmended(p)) ;
}

enum runaccess runaccess_secure (int fd, struct privileges const *p)
{
  struct stat st ;
  if (fstat(fd, &st) == -1) return RUNACCESS_EXPOSED ;
  if (is_safe(&st, p->euid)) return RUNACCESS_SAFE ;
  /* another's directory is not ours to take, unless we are root */
  if ((!p->euid || st.st_uid == p->euid) && mend(fd, &st, p->euid) == 0) return RUNACCESS_MENDED ;
  return unmended(p) ;
}
