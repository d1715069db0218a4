/* ISC license. */

#ifndef STILLROOT_WORDLIST_H
#define STILLROOT_WORDLIST_H

#include <stddef.h>

#include <skalibs/stralloc.h>

/* The text of a oneshot's up or down. It is execline, but nearly all of them are one path, a few words, or only a comment, and these
   need no execlineb. What is not surely the same without it is left to it. */

enum wordlist_kind
{
  WORDLIST_EMPTY,           /* nothing to run: success */
  WORDLIST_WORDS,           /* a command and its arguments */
  WORDLIST_EXECLINE         /* for execlineb: blocks, backslashes, errors */
} ;

/* Appends the words of text to words, each with its NUL, and stores how many in *ret_n, if it is WORDLIST_WORDS; else words is as it was.
   Returns a wordlist_kind, or -1 and sets errno (ENOMEM). Blanks, comments and double quotes: execlineb(1). */
extern int wordlist_parse (char const *text, stralloc *words, size_t *ret_n) ;

#endif
