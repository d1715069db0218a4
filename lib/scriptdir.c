/* ISC license. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "scriptdir.h"

struct scriptdir *scriptdir_open (int rootfd, char const *dir, int (*order) (struct dirent const **, struct dirent const **))
{
  struct scriptdir *s = malloc(sizeof *s) ;
  if (!s) return 0 ;
  s->rootfd = rootfd ;
  s->name = 0 ;
  s->prefix = (size_t)snprintf(s->path, sizeof s->path, "/%s/", dir) ;
  if (filelist_open(rootfd, dir, order, &s->list) == -1)
  {
    int e = errno ;
    free(s) ;
    return (errno = e, (struct scriptdir *)0) ;
  }
  return s ;
}

char const *scriptdir_next (struct scriptdir *s)
{
  s->name = filelist_next(&s->list) ;
  if (s->name) snprintf(s->path + s->prefix, sizeof s->path - s->prefix, "%s", s->name) ;
  return s->name ;
}

int scriptdir_inspect (struct scriptdir *s)
{
  return scriptfile_inspect(s->rootfd, s->path + 1, &s->file) ;
}

void scriptdir_free (struct scriptdir *s)
{
  filelist_free(&s->list) ;
  free(s) ;
}
