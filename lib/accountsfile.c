/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "accounts.h"
#include "accountsfile.h"
#include "regularfile.h"

#define FIRST_ID 2
#define GROUP_MEMBERS 3

int accountsfile_load (int rootfd, char const *file, stralloc *text)
{
  struct stat st ;
  int e ;
  int fd = regularfile_open(rootfd, file, O_RDONLY | O_NOFOLLOW) ;
  if (fd == -1) return (errno = errno == EINVAL || errno == EISDIR ? ENXIO : errno, -1) ;
  if (fstat(fd, &st) == -1) e = errno ;
  else if (st.st_size > ACCOUNTSFILE_MAX) e = EFBIG ;
  else
  {
    /* at once: a large file would be copied again and again as it grows in memory */
    if (stralloc_readyplus(text, (size_t)st.st_size + 1) && slurp(text, fd)) return fd ;
    e = errno ;
  }
  fd_close(fd) ;
  errno = e ;
  return -1 ;
}

int accountsfile_next (stralloc const *text, size_t *pos, struct accountsfile_field *f)
{
  size_t i = *pos, end ;
  char const *newline ;
  int n = 0 ;
  if (i >= text->len) return -1 ;
  newline = memchr(text->s + i, '\n', text->len - i) ;
  end = newline ? (size_t)(newline - text->s) : text->len ;
  *pos = end + 1 ;
  while (n < ACCOUNTSFILE_FIELDS)
  {
    char const *colon = memchr(text->s + i, ':', end - i) ;
    f[n].pos = i ;
    f[n++].len = (colon ? (size_t)(colon - text->s) : end) - i ;
    if (!colon) break ;
    i = (size_t)(colon - text->s) + 1 ;
  }
  return n ;
}

static int equals (char const *a, size_t len, char const *s)
{
  return len == strlen(s) && !memcmp(a, s, len) ;
}

int accountsfile_is (stralloc const *text, struct accountsfile_field const *f, char const *s)
{
  return equals(text->s + f->pos, f->len, s) ;
}

int accountsfile_has (stralloc const *text, struct accountsfile_field const *f, char const *s)
{
  char const *list = text->s + f->pos ;
  size_t len = f->len ;
  for (;;)
  {
    char const *comma = memchr(list, ',', len) ;
    size_t n = comma ? (size_t)(comma - list) : len ;
    if (equals(list, n, s)) return 1 ;
    if (!comma) return 0 ;
    list += n + 1 ;
    len -= n + 1 ;
  }
}

int accountsfile_next_named (stralloc const *text, size_t *pos, char const *name, struct accountsfile_field *f)
{
  size_t len = strlen(name) ;
  while (*pos < text->len)
  {
    char const *line = text->s + *pos ;
    size_t left = text->len - *pos ;
    char const *newline ;
    if (left >= len && !memcmp(line, name, len) && (left == len || line[len] == ':' || line[len] == '\n')) return accountsfile_next(text, pos, f) ;
    newline = memchr(line, '\n', left) ;
    *pos += newline ? (size_t)(newline - line) + 1 : left ;
  }
  return -1 ;
}

int accountsfile_find (stralloc const *text, char const *name, struct accountsfile_field *f)
{
  struct accountsfile_field line[ACCOUNTSFILE_FIELDS] ;
  size_t pos = 0 ;
  int n, found = 0 ;
  while ((n = accountsfile_next_named(text, &pos, name, line)) != -1)
  {
    if (found) return (errno = ENOTUNIQ, -1) ;
    found = n ;
    memcpy(f, line, sizeof line) ;
  }
  return found ? found : (errno = ENOENT, -1) ;
}

int accountsfile_has_ids (stralloc const *text, char const *name, unsigned int const *ids, unsigned int n)
{
  struct accountsfile_field f[ACCOUNTSFILE_FIELDS] ;
  unsigned int i = 0 ;
  int fields = accountsfile_find(text, name, f) ;
  if (fields == -1) return errno == ENOENT ? 0 : -1 ;
  if ((unsigned int)fields < FIRST_ID + n) return (errno = EINVAL, -1) ;
  for (; i < n ; i++)
  {
    unsigned int id ;
    if (!accounts_id_scan(text->s + f[FIRST_ID + i].pos, f[FIRST_ID + i].len, &id)) return (errno = EINVAL, -1) ;
    if (id != ids[i]) return (errno = EEXIST, -1) ;
  }
  return 1 ;
}

/* The len bytes at pos become the n bytes at s. */
static int replace (stralloc *text, size_t pos, size_t len, char const *s, size_t n)
{
  if (!stralloc_readyplus(text, n)) return -1 ;
  memmove(text->s + pos + n, text->s + pos + len, text->len - pos - len) ;
  memcpy(text->s + pos, s, n) ;
  text->len = text->len - len + n ;
  return 1 ;
}

int accountsfile_set_id (stralloc *text, char const *name, unsigned int field, unsigned int id)
{
  struct accountsfile_field f[ACCOUNTSFILE_FIELDS] ;
  char fmt[UINT_FMT] ;
  unsigned int old ;
  int n = accountsfile_find(text, name, f) ;
  if (n == -1) return -1 ;
  if ((unsigned int)n <= field || !accounts_id_scan(text->s + f[field].pos, f[field].len, &old)) return (errno = EINVAL, -1) ;
  if (old == id) return 0 ;
  return replace(text, f[field].pos, f[field].len, fmt, uint_fmt(fmt, id)) ;
}

int accountsfile_add_member (stralloc *text, char const *name, char const *member)
{
  struct accountsfile_field f[ACCOUNTSFILE_FIELDS], *list = f + GROUP_MEMBERS ;
  stralloc s = STRALLOC_ZERO ;
  size_t pos ;
  int front, r ;
  int n = accountsfile_find(text, name, f) ;
  if (n == -1) return -1 ;
  if (n <= GROUP_MEMBERS) return (errno = EINVAL, -1) ;
  if (accountsfile_has(text, list, member)) return 0 ;
  /* Where lines end in CRLF, the system takes the CR for a part of the last name: the new one must not be the last. */
  front = list->len && text->s[list->pos + list->len - 1] == '\r' ;
  pos = front ? list->pos : list->pos + list->len ;
  r = (front || !list->len || stralloc_append(&s, ',')) && stralloc_cats(&s, member) && (!front || stralloc_append(&s, ','))
    ? replace(text, pos, 0, s.s, s.len) : -1 ;
  stralloc_free(&s) ;
  return r ;
}

/* Where an entry is to be added: before the NIS entries that end the file, since they may be taken for the rest of the world,
   else at the end. */
static size_t end_of_entries (stralloc const *text)
{
  struct accountsfile_field f[ACCOUNTSFILE_FIELDS] ;
  size_t pos = 0, end = text->len ;
  int nis = 0 ;
  for (;;)
  {
    size_t line = pos ;
    if (accountsfile_next(text, &pos, f) == -1) return end ;
    if (text->s[line] != '+' && text->s[line] != '-') { nis = 0 ; end = text->len ; }
    else if (!nis) { nis = 1 ; end = line ; }
  }
}

int accountsfile_add (stralloc *text, char const *line)
{
  stralloc s = STRALLOC_ZERO ;
  size_t pos = end_of_entries(text) ;
  int r = (!pos || text->s[pos - 1] == '\n' || stralloc_append(&s, '\n')) && stralloc_cats(&s, line) && stralloc_append(&s, '\n')
    ? replace(text, pos, 0, s.s, s.len) : -1 ;
  stralloc_free(&s) ;
  return r ;
}
