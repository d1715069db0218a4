/* ISC license. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layerentries.h"
#include "layerpath.h"

#define IMPLICIT_MODE 0755

static int refuse (char const *why, char const **ret_why)
{
  *ret_why = why ;
  return (errno = EINVAL, -1) ;
}

static int no_memory (char const **ret_why)
{
  *ret_why = strerror(ENOMEM) ;
  return (errno = ENOMEM, -1) ;
}

void layerentries_begin (struct layerentries *e, struct layer_limits const *limits)
{
  *e = (struct layerentries){ .layer = LAYER_ZERO, .paths = NAMETABLE_ZERO, .limits = *limits } ;
}

int layerentries_count_name (struct layerentries *e, char const *name, char const **ret_why)
{
  size_t len = strlen(name) + 1 ;
  if (len > e->limits.names - e->names) return refuse("the names of the layer are too many or too long", ret_why) ;
  e->names += len ;
  return 0 ;
}

struct layer_entry const *layerentries_find (struct layerentries const *e, char const *path)
{
  size_t i = nametable_find(&e->paths, path) ;
  return i == NAMETABLE_NONE ? 0 : e->layer.entries + i ;
}

static int make_room (struct layerentries *e, char const **ret_why)
{
  size_t room = e->room ? 2 * e->room : 64 ;
  struct layer_entry *p ;
  if (e->layer.n >= e->limits.entries) return refuse("the layer has too many entries", ret_why) ;
  if (e->layer.n < e->room) return 0 ;
  p = reallocarray(e->layer.entries, room, sizeof *p) ;
  if (!p) return no_memory(ret_why) ;
  e->layer.entries = p ;
  e->room = room ;
  return 0 ;
}

/* Adds one whose path is new, and whose directory is there. */
static int append (struct layerentries *e, char const *path, struct layer_entry entry, char const **ret_why)
{
  struct layer *l = &e->layer ;
  char const *copy ;
  entry.path = l->names.len ;
  if (make_room(e, ret_why) == -1 || layerentries_count_name(e, path, ret_why) == -1) return -1 ;
  if (!stralloc_catb(&l->names, path, strlen(path) + 1)) return no_memory(ret_why) ;
  if (nametable_add(&e->paths, path, &copy) == NAMETABLE_NONE) return no_memory(ret_why) ;
  l->entries[l->n++] = entry ;
  if (entry.type != LAYER_DIRECTORY) l->nfiles++ ;
  return 0 ;
}

/* Adds the directories on the way to path that are missing. Looks from the last one up: of one that is there, all above are, so that the cost is that of
   what is added, however deep it is. */
static int add_parents (struct layerentries *e, char const *path, char const **ret_why)
{
  struct layer_entry const implicit = { .type = LAYER_DIRECTORY, .mode = IMPLICIT_MODE } ;
  char parent[LAYERPATH_MAX + 1] ;
  size_t whole = strlen(path), len = whole ;
  memcpy(parent, path, whole + 1) ;
  for (;;)
  {
    struct layer_entry const *found ;
    while (len && parent[len] != '/') len-- ;
    if (!len) break ;
    parent[len] = 0 ;
    found = layerentries_find(e, parent) ;
    if (found && found->type != LAYER_DIRECTORY) return refuse("it is in what is no directory of the layer", ret_why) ;
    if (found) break ;
  }
  /* each NUL up to the last one was a slash; at len, 0 or that of one that is there, begins what is missing */
  for (;;)
  {
    if (len) parent[len] = '/' ;
    len += strlen(parent + len) ;
    if (len == whole) return 0 ;
    if (append(e, parent, implicit, ret_why) == -1) return -1 ;
  }
}

int layerentries_add (struct layerentries *e, char const *path, enum layer_type type, mode_t mode, uint32_t number, char const **ret_why)
{
  size_t i = nametable_find(&e->paths, path) ;
  struct layer_entry entry = { .type = type, .mode = mode, .number = number } ;
  if (i == NAMETABLE_NONE) return add_parents(e, path, ret_why) == -1 ? -1 : append(e, path, entry, ret_why) ;
  if ((e->layer.entries[i].type == LAYER_DIRECTORY) != (type == LAYER_DIRECTORY))
    return refuse("the layer has it as a directory and as something else", ret_why) ;
  entry.path = e->layer.entries[i].path ;
  e->layer.entries[i] = entry ;
  return 0 ;
}

int layerentries_end (struct layerentries *e, int ok, struct layer *ret)
{
  int saved = errno ;
  nametable_free(&e->paths) ;
  if (ok) *ret = e->layer ;
  else layer_free(&e->layer) ;
  errno = saved ;
  return ok ;
}
