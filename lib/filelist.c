/* ISC license. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filelist.h"

int filelist_by_name (struct dirent const **a, struct dirent const **b)
{
  return strcmp((*a)->d_name, (*b)->d_name) ;
}

int filelist_by_number (struct dirent const **a, struct dirent const **b)
{
  unsigned long long x = strtoull((*a)->d_name, 0, 10) ;
  unsigned long long y = strtoull((*b)->d_name, 0, 10) ;
  return x < y ? -1 : x > y ? 1 : filelist_by_name(a, b) ;
}

static int visible (struct dirent const *d)
{
  return d->d_name[0] != '.' ;
}

int filelist_open (int dirfd, char const *path, int (*order) (struct dirent const **, struct dirent const **), struct filelist *ret)
{
  struct dirent **entries ;
  int n = scandirat(dirfd, path, &entries, &visible, order) ;
  if (n == -1)
  {
    if (errno != ENOENT && errno != ENOTDIR) return -1 ;
    entries = 0 ;
    n = 0 ;
  }
  *ret = (struct filelist){ .entries = entries, .n = n, .next = 0 } ;
  return 0 ;
}

char const *filelist_next (struct filelist *l)
{
  return l->next < l->n ? l->entries[l->next++]->d_name : 0 ;
}

void filelist_free (struct filelist *l)
{
  while (l->n > 0) free(l->entries[--l->n]) ;
  free(l->entries) ;
  l->entries = 0 ;
}
