/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <skalibs/types.h>

#include "idmap.h"
#include "reason.h"
#include "shortfile.h"

/* three numbers of ten digits, two blanks, a line end */
#define LINE_SIZE 33
#define DIGITS_MAX 10
#define ALL_IDS 4294967295u
#define FORMAT_RANGES 4

/* Reads a number and the blanks before it. Returns how many characters that is, or 0. */
static size_t read_number (char const *s, uint32_t *ret)
{
  size_t blanks = strspn(s, " ") ;
  size_t n = strspn(s + blanks, "0123456789") ;
  uint64_t u ;
  if (!n || n > DIGITS_MAX || !uint64_scan(s + blanks, &u) || u > ALL_IDS) return 0 ;
  *ret = (uint32_t)u ;
  return blanks + n ;
}

/* Reads a line, with its end. Returns how many characters that is, or 0. */
static size_t read_line (char const *s, uint32_t numbers[3])
{
  size_t pos = 0, i = 0 ;
  for (; i < 3 ; i++)
  {
    size_t n = i && s[pos] != ' ' ? 0 : read_number(s + pos, numbers + i) ;
    if (!n) return 0 ;
    pos += n ;
  }
  return s[pos] == '\n' ? pos + 1 : 0 ;
}

int idmap_parse (struct idmap *ret, char const *s)
{
  struct idmap m = IDMAP_ZERO ;
  while (*s)
  {
    uint32_t numbers[3] ;
    size_t n = read_line(s, numbers) ;
    /* a count of 0, and ids past the last one, the kernel does not take either */
    if (!n || m.n == IDMAP_RANGES_MAX || !numbers[2] || numbers[0] > ALL_IDS - numbers[2]) return (errno = EINVAL, -1) ;
    m.ranges[m.n].first = numbers[0] ;
    m.ranges[m.n++].count = numbers[2] ;
    m.identity = m.n == 1 && !numbers[0] && !numbers[1] && numbers[2] == ALL_IDS ;
    s += n ;
  }
  if (!m.n) return (errno = EINVAL, -1) ;
  *ret = m ;
  return 0 ;
}

int idmap_read (struct idmap *ret, char const *path)
{
  char buf[IDMAP_RANGES_MAX * LINE_SIZE + 1] ;
  if (shortfile_read(AT_FDCWD, path, buf, sizeof buf) == -1) return -1 ;
  return idmap_parse(ret, buf) ;
}

int idmap_has (struct idmap const *m, uint32_t id)
{
  size_t i = 0 ;
  if (!m->n || id == ALL_IDS) return 1 ;
  for (; i < m->n ; i++) if (id >= m->ranges[i].first && id - m->ranges[i].first < m->ranges[i].count) return 1 ;
  return 0 ;
}

static int add_number (stralloc *sa, char const *before, uint32_t u)
{
  char fmt[UINT32_FMT] ;
  return stralloc_cats(sa, before) && stralloc_catb(sa, fmt, uint32_fmt(fmt, u)) ;
}

int idmap_format (struct idmap const *m, stralloc *sa)
{
  size_t i = 0 ;
  for (; i < m->n && i < FORMAT_RANGES ; i++)
  {
    uint32_t first = m->ranges[i].first, count = m->ranges[i].count ;
    if (!add_number(sa, i ? " " : "", first)) return 0 ;
    if (count > 1 && !add_number(sa, "-", first + (count - 1))) return 0 ;
  }
  return m->n <= FORMAT_RANGES || stralloc_cats(sa, " ...") ;
}

int idmap_lack (struct idmap const *uids, struct idmap const *gids, uid_t uid, gid_t gid, char const *user, char const *group, stralloc *sa)
{
  int nouid = !idmap_has(uids, uid) ;
  int nogid = !idmap_has(gids, gid) ;
  char u[UINT32_FMT], g[UINT32_FMT] ;
  if (!nouid && !nogid) return 0 ;
  u[uint32_fmt(u, uid)] = 0 ;
  g[uint32_fmt(g, gid)] = 0 ;
  if (nouid) reason_add(sa, user, " ", u) ;
  if (nogid) reason_add(sa, nouid ? " and " : "", group, " ", g) ;
  reason_add(sa, nouid && nogid ? " are" : " is", " not mapped in this user namespace (uids ") ;
  if (idmap_format(uids, sa) && stralloc_cats(sa, ", gids ")) idmap_format(gids, sa) ;
  reason_add(sa, ")") ;
  return 1 ;
}
