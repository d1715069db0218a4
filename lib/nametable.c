/* ISC license. */

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "nametable.h"

struct numbered
{
  char const *name ;        /* behind the struct */
  size_t number ;
} ;

static int compare (void const *a, void const *b)
{
  struct numbered const *x = a, *y = b ;
  return strcmp(x->name, y->name) ;
}

size_t nametable_add (struct nametable *t, char const *name, char const **ret_name)
{
  size_t len = strlen(name) + 1 ;
  struct numbered **found ;
  struct numbered *e = malloc(sizeof *e + len) ;
  if (!e) return NAMETABLE_NONE ;
  e->name = memcpy(e + 1, name, len) ;
  e->number = t->n ;
  found = tsearch(e, &t->root, &compare) ;
  if (!found)
  {
    free(e) ;
    errno = ENOMEM ;
    return NAMETABLE_NONE ;
  }
  *ret_name = (*found)->name ;
  if (*found == e) return t->n++ ;
  free(e) ;
  return (*found)->number ;
}

size_t nametable_find (struct nametable const *t, char const *name)
{
  struct numbered const key = { .name = name } ;
  struct numbered *const *found = tfind(&key, &t->root, &compare) ;
  return found ? (*found)->number : NAMETABLE_NONE ;
}

void nametable_free (struct nametable *t)
{
  tdestroy(t->root, &free) ;
  *t = (struct nametable)NAMETABLE_ZERO ;
}
