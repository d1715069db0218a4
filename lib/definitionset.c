/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <skalibs/djbunix.h>

#include "definitionnames.h"
#include "definitionset.h"

struct definition_node *definitionset_node (struct definitionset const *set, size_t i)
{
  return genalloc_s(struct definition_node, &set->nodes) + i ;
}

size_t definitionset_size (struct definitionset const *set)
{
  return genalloc_len(struct definition_node, &set->nodes) ;
}

size_t definitionset_edge (struct definitionset const *set, size_t i)
{
  return genalloc_s(size_t, &set->edges)[i] ;
}

size_t definitionset_find (struct definitionset const *set, char const *name)
{
  return nametable_find(&set->names, name) ;
}

/* The node called name, which becomes one that is not defined if there is none. */
static size_t intern (struct definitionset *set, char const *name)
{
  struct definition_node n =
  {
    .kind = DEFINITION_NONE, .source = DEFINITIONSET_NONE, .consumer = DEFINITIONSET_NONE,
    .head = DEFINITIONSET_NONE, .tail = DEFINITIONSET_NONE, .adder = DEFINITIONSET_NONE
  } ;
  size_t i = nametable_add(&set->names, name, &n.name) ;
  if (i == NAMETABLE_NONE || i < definitionset_size(set)) return i ;
  if (i >= DEFINITIONSET_NODES_MAX) return (errno = E2BIG, DEFINITIONSET_NONE) ;
  return genalloc_append(struct definition_node, &set->nodes, &n) ? i : DEFINITIONSET_NONE ;
}

static int add_list (struct definitionset *set, size_t node, size_t source, enum definition_list l, struct namelist const *list)
{
  char const *s = list->names.s ;
  size_t i = 0 ;
  for (; i < list->n ; i++, s += strlen(s) + 1)
  {
    size_t to = intern(set, s) ;
    if (to == DEFINITIONSET_NONE || definitionset_refer(set, node, to, source, l) == -1) return -1 ;
  }
  return 0 ;
}

/* Moves what d has into its node. A bundle may be there already: then it is still the one of its first source. */
static int define (struct definitionset *set, size_t node, size_t source, struct definition *d)
{
  struct definition_node *n = definitionset_node(set, node) ;
  if (n->kind) { n->settings.essential |= d->settings.essential ; return 0 ; }
  n->kind = d->kind ;
  n->source = source ;
  n->settings = d->settings ;
  n->up = d->up ;
  n->down = d->down ;
  d->up = d->down = (stralloc)STRALLOC_ZERO ;
  set->texts += n->up.len + n->down.len ;
  return set->texts > DEFINITIONSET_TEXTS_MAX ? (errno = E2BIG, -1) : 0 ;
}

static int add_definition (struct definitionset *set, struct definition_source const *sources, size_t source, char const *name,
  struct definition *d, struct complaints *c)
{
  size_t l = 0 ;
  size_t i = intern(set, name) ;
  struct definition_node *n ;
  if (i == DEFINITIONSET_NONE) return -1 ;
  n = definitionset_node(set, i) ;
  if (d->broken) { n->broken = 1 ; return 0 ; }
  if (d->kind && n->kind && (d->kind != DEFINITION_BUNDLE || n->kind != DEFINITION_BUNDLE))
  {
    complaints_add(c, sources[source].name, "/", name, ": is defined in ", sources[n->source].name, " already") ;
    return 0 ;
  }
  if (d->has_contents) n->has_contents = 1 ;
  if (!d->kind) { if (n->adder == DEFINITIONSET_NONE) n->adder = source ; }
  else if (define(set, i, source, d) == -1) return -1 ;
  for (; l < DEFINITION_LISTS ; l++) if (add_list(set, i, source, (enum definition_list)l, &d->lists[l]) == -1) return -1 ;
  return 0 ;
}

/* Reads the directory called name of a source, if it is one. */
static int load_one (struct definitionset *set, struct definition_source const *sources, size_t source, char const *name, struct complaints *c)
{
  struct definition d ;
  stralloc where = STRALLOC_ZERO ;
  char const *why = definitionfile_name_error(name) ;
  int r = 0 ;
  int fd = openat(sources[source].fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1 && errno == ENOTDIR) return 0 ;
  if (fd == -1 || why)
  {
    complaints_add(c, sources[source].name, "/", name, ": ", fd == -1 ? strerror(errno) : why) ;
    if (fd >= 0) fd_close(fd) ;
    return 0 ;
  }
  if (stralloc_cats(&where, sources[source].name) && stralloc_cats(&where, "/") && stralloc_cats(&where, name) && stralloc_0(&where))
  {
    definition_read(&(struct definitionplace){ .fd = fd, .where = where.s, .complaints = c }, &d) ;
    r = add_definition(set, sources, source, name, &d, c) ;
    definition_free(&d) ;
  }
  else r = -1 ;
  stralloc_free(&where) ;
  fd_close(fd) ;
  return r ;
}

static int load_source (struct definitionset *set, struct definition_source const *sources, size_t source, struct complaints *c)
{
  struct definitionplace const place = { .fd = sources[source].fd, .where = sources[source].name, .complaints = c } ;
  struct namelist list = NAMELIST_ZERO ;
  char const *s ;
  size_t i = 0 ;
  int r = 0 ;
  definitionfile_entries(&place, ".", &list) ;
  for (s = list.names.s ; !r && i < list.n ; i++, s += strlen(s) + 1) r = load_one(set, sources, source, s, c) ;
  stralloc_free(&list.names) ;
  return r ;
}

/* After the sources, which may have put a definition in its place. */
static int add_builtin (struct definitionset *set, struct definition_builtin const *b)
{
  char const *const *s = b->names ;
  size_t i = intern(set, b->name) ;
  struct definition_node *n ;
  if (i == DEFINITIONSET_NONE) return -1 ;
  n = definitionset_node(set, i) ;
  /* one that is broken was meant to take its place */
  if (n->kind || n->broken) { n->overrides = 1 ; return 0 ; }
  n->kind = b->kind ;
  n->has_contents = 1 ;
  for (; s && *s ; s++)
  {
    size_t to = intern(set, *s) ;
    if (to == DEFINITIONSET_NONE
     || definitionset_refer(set, i, to, DEFINITIONSET_NONE, b->kind == DEFINITION_BUNDLE ? DEFINITION_CONTENTS : DEFINITION_DEPENDENCIES) == -1)
      return -1 ;
  }
  return 0 ;
}

/* Of directories that only add to a definition, and of bundles that nobody gave contents. */
static void check_kinds (struct definitionset *set, struct definition_source const *sources, struct complaints *c)
{
  size_t i = 0 ;
  for (; i < definitionset_size(set) ; i++)
  {
    struct definition_node *n = definitionset_node(set, i) ;
    if (!n->kind && !n->broken && n->adder != DEFINITIONSET_NONE)
    {
      complaints_add(c, sources[n->adder].name, "/", n->name, ": has no type, and no other source has a definition of this name") ;
      n->broken = 1 ;
    }
    if (n->kind == DEFINITION_BUNDLE && !n->has_contents)
      complaints_add(c, sources[n->source].name, "/", n->name, ": is a bundle without contents or contents.d") ;
  }
}

int definitionset_load (struct definitionset *set, struct definition_source const *sources, size_t nsources,
  struct definition_builtin const *builtins, size_t nbuiltins, struct complaints *c)
{
  size_t i = 0 ;
  for (; i < nsources ; i++) if (load_source(set, sources, i, c) == -1) return -1 ;
  for (i = 0 ; i < nbuiltins ; i++) if (add_builtin(set, builtins + i) == -1) return -1 ;
  check_kinds(set, sources, c) ;
  if (definitionset_link_pipelines(set, sources, c) == -1
   || definitionset_resolve(set, sources, c) == -1
   || definitionset_check_cycles(set, c) == -1) return -1 ;
  return 0 ;
}

void definitionset_free (struct definitionset *set)
{
  size_t i = 0 ;
  for (; i < definitionset_size(set) ; i++)
  {
    stralloc_free(&definitionset_node(set, i)->up) ;
    stralloc_free(&definitionset_node(set, i)->down) ;
  }
  nametable_free(&set->names) ;
  genalloc_free(struct definition_node, &set->nodes) ;
  genalloc_free(struct definition_reference, &set->references) ;
  genalloc_free(size_t, &set->edges) ;
  set->texts = set->walks = 0 ;
}
