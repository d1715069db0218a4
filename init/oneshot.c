/* ISC license. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "oneshot.h"
#include "paths.h"
#include "program.h"
#include "wordlist.h"

/* The n words of s, each with its NUL, as argv; to be freed. 0 without memory. */
static char const **word_argv (char const *s, size_t n)
{
  char const **argv = malloc((n + 1) * sizeof *argv) ;
  size_t i = 0 ;
  if (!argv) return 0 ;
  for (; i < n ; i++, s += strlen(s) + 1) argv[i] = s ;
  argv[n] = 0 ;
  return argv ;
}

/* Returns 0, or -1 and sets errno. */
static int spawn (int contenvfd, char const *name, char const *const *argv, pid_t *ret_pid)
{
  pid_t pid = program_spawn_oneshot(contenvfd, name, argv) ;
  if (pid == -1) return -1 ;
  *ret_pid = pid ;
  return 0 ;
}

static int spawn_words (int contenvfd, char const *name, char const *words, size_t n, pid_t *ret_pid)
{
  char const **argv = word_argv(words, n) ;
  int r, e ;
  if (!argv) return -1 ;
  r = spawn(contenvfd, name, argv, ret_pid) ;
  e = errno ;
  free(argv) ;
  return (errno = e, r) ;
}

int oneshot_spawn (int contenvfd, char const *name, char const *text, pid_t *ret_pid)
{
  char const *const execline[] = { PATH_EXECLINEB, "-P", "-c", text, 0 } ;
  stralloc words = STRALLOC_ZERO ;
  size_t n ;
  int r, e ;
  switch (wordlist_parse(text, &words, &n))
  {
    case WORDLIST_EMPTY : *ret_pid = 0 ; r = 0 ; break ;
    case WORDLIST_WORDS : r = spawn_words(contenvfd, name, words.s, n, ret_pid) ; break ;
    case WORDLIST_EXECLINE : r = spawn(contenvfd, name, execline, ret_pid) ; break ;
    default : r = -1 ; break ;
  }
  e = errno ;
  stralloc_free(&words) ;
  return (errno = e, r) ;
}
