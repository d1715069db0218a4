/* ISC license. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/alloc.h>
#include <skalibs/env.h>
#include <skalibs/stralloc.h>

#include "contenv.h"
#include "environment.h"

/* environ is declared without const for the sake of old programs that write into it; we do not */
static void replace (char const **new)
{
  union { char const **in ; char **out ; } u = { .in = new } ;
  environ = u.out ;
}

int environment_load (int dirfd)
{
  stralloc sa = STRALLOC_ZERO ;
  char const *path = env_get2((char const *const *)environ, "PATH") ;
  char const **new ;
  size_t n, i = 0, pos = 0 ;
  int has_path = 0 ;
  if (contenv_load(dirfd, &sa, &n) == -1) goto err ;
  new = alloc((n + 2) * sizeof *new) ;
  if (!new) goto err ;
  for (; i < n ; i++)
  {
    new[i] = sa.s + pos ;
    pos += strlen(new[i]) + 1 ;
    if (!strncmp(new[i], "PATH=", 5)) has_path = 1 ;
  }
  if (!has_path && path) new[i++] = path - 5 ;
  new[i] = 0 ;
  replace(new) ;
  return 0 ;

 err:
  stralloc_free(&sa) ;
  return -1 ;
}

int environment_reduce (int dirfd)
{
  stralloc sa = STRALLOC_ZERO ;
  char const *path = env_get2((char const *const *)environ, "PATH") ;
  char const **new = alloc(2 * sizeof *new) ;
  int r ;
  if (!new || !stralloc_cats(&sa, "PATH=")) goto err ;
  r = contenv_get(dirfd, "PATH", &sa) ;
  if (r == -1) goto err ;
  new[0] = r ? sa.s : path ? path - sizeof "PATH=" + 1 : 0 ;
  new[1] = 0 ;
  replace(new) ;
  return 0 ;

 err:
  stralloc_free(&sa) ;
  alloc_free(new) ;
  return -1 ;
}
