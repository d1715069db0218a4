/* ISC license. */

#ifndef STILLROOT_WORDLIST_H
#define STILLROOT_WORDLIST_H

#include <stddef.h>

#include <skalibs/stralloc.h>

/* The text of a oneshot's up or down, as execline's own parser reads it. It may be any execline, but nearly all of them are one path, a few
   words, or only a comment, and these need no execlineb. */

enum wordlist_kind
{
  WORDLIST_EMPTY,           /* nothing to run: success */
  WORDLIST_WORDS,           /* a command and its arguments */
  WORDLIST_EXECLINE,        /* for execlineb: there is a block, or a word that could be mistaken for a part of one */
  WORDLIST_INVALID          /* no execline: execlineb would refuse it */
} ;

/* More bytes of words, with the quoting of blocks, are too many to be executed. */
#define WORDLIST_MAX 1048576

/* Appends the words of text to words, each with its NUL, and stores how many in *ret_n, if it is WORDLIST_WORDS; else words is as it was.
   Returns a wordlist_kind, or -1 and sets errno (ENOMEM; E2BIG: more than WORDLIST_MAX). */
extern int wordlist_parse (char const *text, stralloc *words, size_t *ret_n) ;

/* Why a text is WORDLIST_INVALID: a phrase; or 0: it is not. */
extern char const *wordlist_error (char const *text) ;

#endif
