/* ISC license. */

#include <fcntl.h>
#include <string.h>

#include <skalibs/djbunix.h>

#include "osrelease.h"
#include "paths.h"
#include "regularfile.h"

#define OSRELEASE_MAX 65536

/* The value in the last line of text that is NAME=VALUE, and its length; 0: there is none. */
static char const *find (char const *text, char const *name, size_t *ret_len)
{
  size_t len = strlen(name) ;
  char const *value = 0 ;
  while (*text)
  {
    size_t n = strcspn(text, "\n") ;
    if (n > len && !strncmp(text, name, len) && text[len] == '=')
    {
      value = text + len + 1 ;
      *ret_len = n - len - 1 ;
    }
    text += n ;
    text += strspn(text, "\n") ;
  }
  return value ;
}

int osrelease_get (int rootfd, char const *name, stralloc *sa)
{
  stralloc text = STRALLOC_ZERO ;
  char const *value ;
  size_t len = 0 ;
  int r = -1 ;
  /* a link into /usr/lib, mostly */
  int fd = regularfile_open(rootfd, ROOT_OS_RELEASE, O_RDONLY) ;
  if (fd == -1) return -1 ;
  if (regularfile_read(fd, OSRELEASE_MAX, &text) == 0)
  {
    value = find(text.s, name, &len) ;
    if (value && len > 1 && (*value == '"' || *value == '\'') && value[len - 1] == *value)
    {
      value++ ;
      len -= 2 ;
    }
    if (!value) r = 0 ;
    else if (stralloc_readyplus(sa, len + 1))
    {
      stralloc_catb(sa, value, len) ;
      sa->s[sa->len] = 0 ;
      r = 1 ;
    }
  }
  stralloc_free(&text) ;
  fd_close(fd) ;
  return r ;
}
