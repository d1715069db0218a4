/* ISC license. */

#include <string.h>

#include "complaints.h"
#include "oneline.h"

void complaints_add_strings (struct complaints *c, char const *const *v)
{
  size_t start = c->lines.len, len = 1, i = 0 ;
  c->n++ ;
  for (; v[i] ; i++) len += strlen(v[i]) ;
  if (len > COMPLAINTS_MAX - start || !stralloc_readyplus(&c->lines, len)) return ;
  for (i = 0 ; v[i] ; i++) stralloc_cats(&c->lines, v[i]) ;
  oneline(c->lines.s + start, c->lines.len - start) ;
  stralloc_append(&c->lines, '\n') ;
}

char const *complaints_next (struct complaints *c, size_t *at)
{
  char *line, *newline ;
  if (*at >= c->lines.len) return 0 ;
  line = c->lines.s + *at ;
  newline = memchr(line, '\n', c->lines.len - *at) ;
  *newline = 0 ;
  *at += (size_t)(newline - line) + 1 ;
  return line ;
}

void complaints_free (struct complaints *c)
{
  stralloc_free(&c->lines) ;
  c->n = 0 ;
}
