/* ISC license. */

#include <string.h>

#include "snippet.h"

static char const *value (struct snippet_need const *need, char c)
{
  return c == 'a' ? need->a : c == 'b' ? need->b : c == 'w' ? need->why : 0 ;
}

static int expand (char const *text, struct snippet_need const *need, stralloc *sa)
{
  for (;;)
  {
    size_t n = strcspn(text, "$") ;
    char const *v ;
    if (!stralloc_catb(sa, text, n)) return -1 ;
    text += n ;
    if (!*text) return 0 ;
    v = value(need, text[1]) ;
    if (!(v ? stralloc_cats(sa, v) : stralloc_catb(sa, "$", 1))) return -1 ;
    text += v ? 2 : 1 ;
  }
}

int snippet_render (struct snippet_row const *rows, size_t nrows, struct snippet_need const *needs, size_t nneeds, stralloc *sa)
{
  size_t i = 0 ;
  for (; i < nrows ; i++)
  {
    struct snippet_row const *row = rows + i ;
    size_t j = 0 ;
    int done = !row->kinds ;
    if (done && !stralloc_cats(sa, row->text)) return -1 ;
    for (; j < nneeds && !done ; j++)
    {
      if (!(needs[j].kind & row->kinds)) continue ;
      if (row->times == SNIPPET_EACH) { if (expand(row->text, needs + j, sa) == -1) return -1 ; }
      else if (!stralloc_cats(sa, row->text)) return -1 ;
      else done = 1 ;
    }
  }
  return 0 ;
}
