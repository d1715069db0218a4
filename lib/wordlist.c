/* ISC license. */

#include <string.h>

#include "wordlist.h"

#define BLANKS " \t\r\n"

/* To where the next word begins. */
static char const *skip (char const *s)
{
  for (;;)
  {
    s += strspn(s, BLANKS) ;
    if (*s != '#') return s ;
    s += strcspn(s, "\n") ;
  }
}

/* Appends the word at *s, which moves behind it. Returns 1; 0: it is for execlineb; -1: no memory. */
static int take (char const **s, stralloc *words)
{
  char const *p = *s ;
  int quoted = 0 ;
  for (; *p && (quoted || !strchr(BLANKS, *p)) ; p++)
  {
    /* every control character is a blank to execlineb; braces and '#' inside of a word are no more than themselves, but rare */
    if (*p == '\\' || (!quoted && (strchr("{}#", *p) || (unsigned char)*p < 32))) return 0 ;
    if (*p == '"') quoted = !quoted ;
    else if (!stralloc_append(words, *p)) return -1 ;
  }
  if (quoted) return 0 ;
  *s = p ;
  return stralloc_0(words) ? 1 : -1 ;
}

int wordlist_parse (char const *text, stralloc *words, size_t *ret_n)
{
  size_t start = words->len, n = 0 ;
  char const *s = skip(text) ;
  for (; *s ; s = skip(s))
  {
    int r = take(&s, words) ;
    if (r <= 0)
    {
      words->len = start ;
      return r ? r : WORDLIST_EXECLINE ;
    }
    n++ ;
  }
  if (!n) return WORDLIST_EMPTY ;
  /* execlineb finds no command in an empty first word, and says so */
  if (!words->s[start]) { words->len = start ; return WORDLIST_EXECLINE ; }
  *ret_n = n ;
  return WORDLIST_WORDS ;
}
