/* ISC license. */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include "accounts.h"
#include "accountsfile.h"
#include "paths.h"

int accounts_id_scan (char const *s, size_t len, unsigned int *ret)
{
  uint64_t n = 0 ;
  size_t i = 0 ;
  if (!len || len > 10) return 0 ;
  for (; i < len ; i++)
  {
    if (s[i] < '0' || s[i] > '9') return 0 ;
    n = n * 10 + (unsigned int)(s[i] - '0') ;
  }
  if (n >= UINT_MAX) return 0 ;
  *ret = (unsigned int)n ;
  return 1 ;
}

static int load (int rootfd, char const *file, stralloc *text)
{
  int fd = accountsfile_load(rootfd, file, text) ;
  if (fd == -1) return -1 ;
  fd_close(fd) ;
  return 0 ;
}

static int scan (stralloc const *text, struct accountsfile_field const *f, unsigned int *ret)
{
  return accounts_id_scan(text->s + f->pos, f->len, ret) ;
}

static int find (int rootfd, char const *file, char const *name, int nids, unsigned int *ids)
{
  stralloc sa = STRALLOC_ZERO ;
  struct accountsfile_field f[ACCOUNTSFILE_FIELDS] ;
  size_t pos = 0 ;
  int n, e ;
  if (load(rootfd, file, &sa) == -1) e = errno ;
  else if ((n = accountsfile_next_named(&sa, &pos, name, f)) == -1) e = ENOENT ;
  else e = n >= 2 + nids
   && scan(&sa, f + 2, ids)
   && (nids < 2 || scan(&sa, f + 3, ids + 1)) ? 0 : EINVAL ;
  stralloc_free(&sa) ;
  return e ? (errno = e, -1) : 0 ;
}

int accounts_user (int rootfd, char const *name, uid_t *ret_uid, gid_t *ret_gid)
{
  unsigned int ids[2] = { 0, 0 } ;
  if (find(rootfd, ROOT_PASSWD, name, 2, ids) == -1) return -1 ;
  *ret_uid = ids[0] ;
  *ret_gid = ids[1] ;
  return 0 ;
}

int accounts_group (int rootfd, char const *name, gid_t *ret_gid)
{
  unsigned int id = 0 ;
  if (find(rootfd, ROOT_GROUP, name, 1, &id) == -1) return -1 ;
  *ret_gid = id ;
  return 0 ;
}

int accounts_owner_of_id (int rootfd, char const *file, unsigned int id, char const *except, char *ret, size_t max)
{
  stralloc sa = STRALLOC_ZERO ;
  struct accountsfile_field f[ACCOUNTSFILE_FIELDS] ;
  size_t pos = 0 ;
  int n, found = 0 ;
  if (load(rootfd, file, &sa) == -1)
  {
    int e = errno ;
    stralloc_free(&sa) ;
    return (errno = e, -1) ;
  }
  while (!found && (n = accountsfile_next(&sa, &pos, f)) != -1)
  {
    unsigned int u ;
    if (n < 3 || accountsfile_is(&sa, f, except) || !scan(&sa, f + 2, &u) || u != id) continue ;
    if (f[0].len >= max) f[0].len = max - 1 ;
    memcpy(ret, sa.s + f[0].pos, f[0].len) ;
    ret[f[0].len] = 0 ;
    found = 1 ;
  }
  stralloc_free(&sa) ;
  return found ;
}

ssize_t accounts_groups_of (int rootfd, char const *member, gid_t *ret, size_t max)
{
  stralloc sa = STRALLOC_ZERO ;
  struct accountsfile_field f[ACCOUNTSFILE_FIELDS] ;
  size_t pos = 0, found = 0 ;
  int n ;
  if (load(rootfd, ROOT_GROUP, &sa) == -1)
  {
    int e = errno ;
    stralloc_free(&sa) ;
    return (errno = e, -1) ;
  }
  while ((n = accountsfile_next(&sa, &pos, f)) != -1)
  {
    unsigned int gid ;
    if (n < 4 || !accountsfile_has(&sa, f + 3, member) || !scan(&sa, f + 2, &gid)) continue ;
    if (found < max) ret[found] = gid ;
    found++ ;
  }
  stralloc_free(&sa) ;
  return (ssize_t)found ;
}
