/* ISC license. */

#include <errno.h>
#include <string.h>
#include <sys/types.h>
#include <sys/xattr.h>

#include <skalibs/stralloc.h>

#include "xattrs.h"

#define ACL "system.posix_acl_access"
#define SECURITY "security."

/* Appends the names, each with its NUL. */
static int list (int fd, stralloc *names)
{
  for (;;)
  {
    ssize_t n = flistxattr(fd, 0, 0) ;
    if (n <= 0) return !n || errno == ENOTSUP ? 0 : -1 ;
    if (!stralloc_ready(names, (size_t)n)) return -1 ;
    n = flistxattr(fd, names->s, (size_t)n) ;
    if (n >= 0) { names->len = (size_t)n ; return 0 ; }
    /* there are more now */
    if (errno != ERANGE) return -1 ;
  }
}

static int get (int fd, char const *name, stralloc *value)
{
  for (;;)
  {
    ssize_t n = fgetxattr(fd, name, 0, 0) ;
    if (n == -1 || !stralloc_ready(value, (size_t)n + 1)) return -1 ;
    n = fgetxattr(fd, name, value->s, (size_t)n + 1) ;
    if (n >= 0) { value->len = (size_t)n ; return 0 ; }
    if (errno != ERANGE) return -1 ;
  }
}

static int copy (int from, int to, char const *name, stralloc *value)
{
  int security = !strncmp(name, SECURITY, sizeof SECURITY - 1) ;
  /* signatures of the old content: with them the new one could not even be opened */
  if (!strcmp(name, SECURITY "ima") || !strcmp(name, SECURITY "evm")) return 0 ;
  if (get(from, name, value) == 0 && fsetxattr(to, name, value->s, value->len, 0) == 0) return 0 ;
  return errno == ENODATA || (security && (errno == EPERM || errno == EACCES || errno == ENOTSUP)) ? 0 : -1 ;
}

int xattrs_copy (int from, int to)
{
  stralloc names = STRALLOC_ZERO, value = STRALLOC_ZERO ;
  size_t i = 0 ;
  int acl = 0, r = list(from, &names), e ;
  for (; !r && i < names.len ; i += strlen(names.s + i) + 1)
  {
    if (!strcmp(names.s + i, ACL)) acl = 1 ;
    r = copy(from, to, names.s + i, &value) ;
  }
  /* a directory can hand an ACL down to what is made in it */
  if (!r && !acl && fremovexattr(to, ACL) == -1 && errno != ENODATA && errno != ENOTSUP) r = -1 ;
  e = errno ;
  stralloc_free(&names) ;
  stralloc_free(&value) ;
  errno = e ;
  return r ;
}
