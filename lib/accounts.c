/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include "accounts.h"
#include "paths.h"

struct field { char const *s ; size_t len ; } ;

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

static int load (int rootfd, char const *file, stralloc *sa)
{
  int fd = openat(rootfd, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  int r ;
  if (fd == -1) return -1 ;
  r = slurp(sa, fd) ? 0 : -1 ;
  fd_close(fd) ;
  return r ;
}

/* Splits off the next line at *pos into up to n fields; returns their number, or -1 at the end. */
static int next_line (stralloc const *sa, size_t *pos, struct field *f, int n)
{
  char const *line = sa->s + *pos ;
  char const *end ;
  size_t len ;
  int i = 0 ;
  if (*pos >= sa->len) return -1 ;
  end = memchr(line, '\n', sa->len - *pos) ;
  len = end ? (size_t)(end - line) : sa->len - *pos ;
  *pos += len + 1 ;
  while (i < n)
  {
    char const *colon = memchr(line, ':', len) ;
    f[i].s = line ;
    f[i].len = colon ? (size_t)(colon - line) : len ;
    i++ ;
    if (!colon) break ;
    len -= (size_t)(colon - line) + 1 ;
    line = colon + 1 ;
  }
  return i ;
}

static int is_name (struct field const *f, char const *name)
{
  return f->len == strlen(name) && !memcmp(f->s, name, f->len) ;
}

static int find (int rootfd, char const *file, char const *name, int nids, unsigned int *ids)
{
  stralloc sa = STRALLOC_ZERO ;
  struct field f[4] ;
  size_t pos = 0 ;
  int n, e = ENOENT ;
  if (load(rootfd, file, &sa) == -1) e = errno ;
  else while ((n = next_line(&sa, &pos, f, 4)) != -1)
  {
    if (!is_name(f, name)) continue ;
    e = n >= 2 + nids
     && accounts_id_scan(f[2].s, f[2].len, ids)
     && (nids < 2 || accounts_id_scan(f[3].s, f[3].len, ids + 1)) ? 0 : EINVAL ;
    break ;
  }
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
  struct field f[3] ;
  size_t pos = 0 ;
  int n, found = 0 ;
  if (load(rootfd, file, &sa) == -1)
  {
    int e = errno ;
    stralloc_free(&sa) ;
    return (errno = e, -1) ;
  }
  while (!found && (n = next_line(&sa, &pos, f, 3)) != -1)
  {
    unsigned int u ;
    if (n < 3 || is_name(f, except) || !accounts_id_scan(f[2].s, f[2].len, &u) || u != id) continue ;
    if (f[0].len >= max) f[0].len = max - 1 ;
    memcpy(ret, f[0].s, f[0].len) ;
    ret[f[0].len] = 0 ;
    found = 1 ;
  }
  stralloc_free(&sa) ;
  return found ;
}
