/* ISC license. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/types.h>

#include "layer.h"
#include "layerstage.h"
#include "nametable.h"

int layer_read_tar (int fd, int stagefd, struct layer *ret, stralloc *why)
{
  static struct layer_limits const limits = LAYER_LIMITS ;
  struct layerstage st ;
  layerstage_begin(&st, stagefd, &limits, why) ;
  return layerstage_end(&st, layertar_read(&st, fd), ret) ;
}

/* A directory comes before what is in it: it is the beginning of its name. */
static int by_path (void const *a, void const *b, void *names)
{
  struct layer_entry const *x = a, *y = b ;
  char const *s = names ;
  return strcmp(s + x->path, s + y->path) ;
}

int layer_read_directory (int dirfd, int stagefd, struct layer *ret, stralloc *why)
{
  static struct layer_limits const limits = LAYER_LIMITS ;
  struct layerstage st ;
  layerstage_begin(&st, stagefd, &limits, why) ;
  if (layerstage_end(&st, layerdirectory_read(&st, dirfd), ret) == -1) return -1 ;
  if (ret->n) qsort_r(ret->entries, ret->n, sizeof ret->entries[0], &by_path, ret->names.s) ;
  return 0 ;
}

void layer_free (struct layer *l)
{
  stralloc_free(&l->names) ;
  free(l->entries) ;
  *l = (struct layer)LAYER_ZERO ;
}

int layer_leave_out (struct layer *l, int stagefd, struct nametable const *paths)
{
  size_t i = 0, n = 0 ;
  for (; i < l->n ; i++)
  {
    struct layer_entry const *e = l->entries + i ;
    char number[UINT32_FMT] ;
    if (e->type == LAYER_DIRECTORY || nametable_find(paths, l->names.s + e->path) == NAMETABLE_NONE)
    {
      l->entries[n++] = *e ;
      continue ;
    }
    number[uint32_fmt(number, e->number)] = 0 ;
    if (unlinkat(stagefd, number, 0) == -1) return -1 ;
    l->nfiles-- ;
  }
  l->n = n ;
  return 0 ;
}
