/* ISC license. */

#include <errno.h>
#include <string.h>

#include <execline/execline.h>

#include "wordlist.h"

/* What el_parse() returns when the text is at fault. */
#define EL_SYNTAX (-2)
#define EL_UNCLOSED (-3)
#define EL_UNOPENED (-4)

struct source
{
  char const *s ;
  stralloc const *words ;
} ;

/* Each word is quoted with a blank for each block around it: deep blocks of many words make much of a short text. */
static int next (unsigned char *c, void *p)
{
  struct source *source = p ;
  if (source->words->len > WORDLIST_MAX) return (errno = E2BIG, 0) ;
  *c = (unsigned char)*source->s++ ;
  return 1 ;
}

static int parse (char const *text, stralloc *words)
{
  struct source source = { .s = text, .words = words } ;
  return el_parse(words, &next, &source) ;
}

/* A word that begins with a blank is of a block, or looks so; an empty one ends a block, or looks so. */
static int is_simple (char const *s, size_t n)
{
  for (; n ; n--, s += strlen(s) + 1) if (!*s || *s == EXECLINE_BLOCK_QUOTE_CHAR) return 0 ;
  return 1 ;
}

int wordlist_parse (char const *text, stralloc *words, size_t *ret_n)
{
  stralloc parsed = STRALLOC_ZERO ;
  int n = parse(text, &parsed) ;
  int r = WORDLIST_EXECLINE ;
  if (n == -1) r = -1 ;
  else if (n < 0) r = WORDLIST_INVALID ;
  else if (!n) r = WORDLIST_EMPTY ;
  else if (is_simple(parsed.s, (size_t)n))
  {
    r = stralloc_catb(words, parsed.s, parsed.len) ? WORDLIST_WORDS : -1 ;
    if (r == WORDLIST_WORDS) *ret_n = (size_t)n ;
  }
  stralloc_free(&parsed) ;
  return r ;
}

char const *wordlist_error (char const *text)
{
  stralloc parsed = STRALLOC_ZERO ;
  int r = parse(text, &parsed) ;
  stralloc_free(&parsed) ;
  switch (r)
  {
    case EL_SYNTAX : return "a quoted string, a block or a backslash has no end, or a character's number is not from 1 to 255" ;
    case EL_UNCLOSED : return "a '{' has no '}'" ;
    case EL_UNOPENED : return "a '}' has no '{'" ;
    default : return 0 ;
  }
}
