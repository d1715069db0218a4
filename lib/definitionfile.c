/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "definitionfile.h"
#include "regularfile.h"

#define FILE_MAX 65536      /* of a list of names */
#define NUMBER_MAX 63

/* The place itself is "." in it. */
static int is_place (char const *file)
{
  return !strcmp(file, ".") ;
}

static int complain (struct definitionplace const *p, char const *file, char const *why)
{
  complaints_add(p->complaints, p->where, is_place(file) ? "" : "/", is_place(file) ? "" : file, ": ", why) ;
  return -1 ;
}

static char const *why_not (int e)
{
  return e == EINVAL || e == EISDIR ? "is not a regular file" : e == EFBIG ? "is too long" : strerror(e) ;
}

/* Appends what fd has. Returns 0 for success, else why not. */
static char const *append (int fd, size_t max, stralloc *text)
{
  size_t start = text->len ;
  if (regularfile_read(fd, max, text) == -1) return why_not(errno) ;
  return memchr(text->s + start, 0, text->len - start) ? "has a NUL in it" : 0 ;
}

int definitionfile_text (struct definitionplace const *p, char const *file, size_t max, stralloc *text)
{
  size_t start = text->len ;
  char const *why ;
  int fd = regularfile_open(p->fd, file, O_RDONLY) ;
  if (fd == -1) return errno == ENOENT ? 0 : complain(p, file, why_not(errno)) ;
  why = append(fd, max, text) ;
  fd_close(fd) ;
  if (!why) return 1 ;
  text->len = start ;
  return complain(p, file, why) ;
}

int definitionfile_number (struct definitionplace const *p, char const *file, unsigned int min, unsigned int max, unsigned int *ret)
{
  char why[64 + 2 * UINT_FMT] ;
  stralloc text = STRALLOC_ZERO ;
  unsigned int value = 0 ;
  size_t len ;
  int r = definitionfile_text(p, file, NUMBER_MAX, &text) ;
  if (r <= 0) { stralloc_free(&text) ; return r ; }
  len = uint_scan(text.s, &value) ;
  /* s6-rc takes any number of newlines behind it */
  r = len && !text.s[len + strspn(text.s + len, "\n")] && value >= min && value <= max ;
  stralloc_free(&text) ;
  if (r)
  {
    *ret = value ;
    return 1 ;
  }
  snprintf(why, sizeof why, "is not a number from %u to %u", min, max) ;
  return complain(p, file, why) ;
}

char const *definitionfile_name_error (char const *s)
{
  if (!*s) return "is empty" ;
  if (strchr(s, '/')) return "contains a '/'" ;
  if (strchr(s, '\n')) return "contains a newline" ;
  if (!strncmp(s, "s6rc-", 5) || !strncmp(s, "s6-rc-", 6)) return "begins as the names do that s6-rc keeps for itself" ;
  return 0 ;
}

static int append_name (struct definitionplace const *p, char const *file, char const *name, struct namelist *list)
{
  char const *why = definitionfile_name_error(name) ;
  if (why)
  {
    complaints_add(p->complaints, p->where, is_place(file) ? "" : "/", is_place(file) ? "" : file, ": the name ", name, " ", why) ;
    return 0 ;
  }
  if (list->n >= NAMELIST_MAX) return complain(p, file, "has too many names") ;
  if (!stralloc_catb(&list->names, name, strlen(name) + 1)) return complain(p, file, strerror(ENOMEM)) ;
  list->n++ ;
  return 0 ;
}

int definitionfile_names (struct definitionplace const *p, char const *file, struct namelist *list)
{
  stralloc text = STRALLOC_ZERO ;
  char *line, *next ;
  int r = definitionfile_text(p, file, FILE_MAX, &text) ;
  for (line = r == 1 ? text.s : 0 ; line && r == 1 ; line = next)
  {
    next = strchr(line, '\n') ;
    if (next) *next++ = 0 ;
    line += strspn(line, " \t") ;
    if (strchr(line, '\r')) r = complain(p, file, "has CRLF line ends; save it with LF line ends") ;
    else if (*line && *line != '#' && append_name(p, file, line, list) == -1) r = -1 ;
  }
  stralloc_free(&text) ;
  return r ;
}

static int by_bytes (void const *a, void const *b)
{
  char const *const *x = a, *const *y = b ;
  return strcmp(*x, *y) ;
}

/* Brings the names of list into the order of their bytes. Returns 0, or -1 without memory. */
static int sort (struct namelist *list)
{
  stralloc sorted = STRALLOC_ZERO ;
  char const *s = list->names.s ;
  char const **v ;
  size_t i = 0 ;
  if (list->n < 2) return 0 ;
  v = malloc(list->n * sizeof *v) ;
  if (!v || !stralloc_ready(&sorted, list->names.len)) { free(v) ; return -1 ; }
  for (; i < list->n ; i++, s += strlen(s) + 1) v[i] = s ;
  qsort(v, list->n, sizeof *v, &by_bytes) ;
  for (i = 0 ; i < list->n ; i++) stralloc_catb(&sorted, v[i], strlen(v[i]) + 1) ;
  free(v) ;
  stralloc_free(&list->names) ;
  list->names = sorted ;
  return 0 ;
}

int definitionfile_entries (struct definitionplace const *p, char const *path, struct namelist *list)
{
  struct namelist found = NAMELIST_ZERO ;
  DIR *dir ;
  int r = 1 ;
  int fd = openat(p->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return errno == ENOENT ? 0 : complain(p, path, strerror(errno)) ;
  dir = fdopendir(fd) ;
  if (!dir) { fd_close(fd) ; return complain(p, path, strerror(ENOMEM)) ; }
  while (r == 1)
  {
    struct dirent const *d ;
    errno = 0 ;
    d = readdir(dir) ;
    if (!d)
    {
      if (errno) r = complain(p, path, strerror(errno)) ;
      break ;
    }
    if (d->d_name[0] != '.' && append_name(p, path, d->d_name, &found) == -1) r = -1 ;
  }
  closedir(dir) ;
  if (sort(&found) == -1 || (found.n && !stralloc_catb(&list->names, found.names.s, found.names.len))) r = complain(p, path, strerror(ENOMEM)) ;
  else list->n += found.n ;
  stralloc_free(&found.names) ;
  return r ;
}
