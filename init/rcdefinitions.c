/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include "builtins.h"
#include "clock.h"
#include "contenv.h"
#include "fatal.h"
#include "paths.h"
#include "rc.h"
#include "rcdefinitions.h"
#include "reason.h"
#include "remedies.h"
#include "variables.h"
#include "verbosity.h"
#include "walknodes.h"

#define SOURCES_MAX 2
#define REMEDY_IMAGE "mend the image, where init-bake --check shows the same"

struct loading
{
  struct walk *walk ;
  struct definition_source sources[SOURCES_MAX] ;
  stralloc names[SOURCES_MAX] ;
  size_t nsources ;
  struct definition_builtin *builtins ;
  size_t nbuiltins ;
  size_t *nodes ;             /* of the graph, for each of the set; GRAPH_NONE: it is none */
  char const *remedy ;        /* of the first complaint */
} ;

static void die (struct loading const *l) gccattr_noreturn ;
static void die (struct loading const *l)
{
  rc_die(l->walk->boot, "load the s6-rc definitions") ;
}

/* Opens the directory (absolute, or relative to the root) as a source, if it exists. required: a variable has named it. */
static void open_source (struct loading *l, char const *path, int required, struct complaints *c)
{
  stralloc *name = l->names + l->nsources ;
  int fd ;
  path += strspn(path, "/") ;
  if (!stralloc_cats(name, "/") || !stralloc_cats(name, path) || !stralloc_0(name)) die(l) ;
  fd = openat(l->walk->boot->rootfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1)
  {
    if (required || errno != ENOENT) complaints_add(c, name->s, required ? " (" VAR_BUNDLEDIR ")" : "", ": ", strerror(errno)) ;
    if (required) l->remedy = REMEDY_VARIABLE ;
    name->len = 0 ;
    return ;
  }
  l->sources[l->nsources++] = (struct definition_source){ .fd = fd, .name = name->s } ;
}

static void open_sources (struct loading *l, struct complaints *c)
{
  struct boot const *b = l->walk->boot ;
  stralloc bundles = STRALLOC_ZERO ;
  char path[PATH_MAX] ;
  int chosen = contenv_get(b->contenvfd, VAR_BUNDLEDIR, &bundles) == 1 && bundles.len ;
  snprintf(path, sizeof path, "%s/" ETC_DEFINITIONS, b->etc) ;
  open_source(l, path, 0, c) ;
  snprintf(path, sizeof path, "%s/" ETC_BUNDLES, b->etc) ;
  open_source(l, chosen ? bundles.s : path, chosen, c) ;
  stralloc_free(&bundles) ;
}

/* The container ends. The last line, which is seen where the log is not, names one error at least. */
static void refuse (struct loading const *l, struct complaints *c)
{
  size_t at = 0 ;
  char const *first = c->lines.len ? c->lines.s : "wrong" ;
  char const *line ;
  stralloc remedy = STRALLOC_ZERO ;
  char fmt[SIZE_FMT] ;
  fmt[size_fmt(fmt, c->n - 1)] = 0 ;
  if (c->n > 1) reason_add(&remedy, fmt, " more stand above; ") ;
  reason_add(&remedy, l->remedy) ;
  while ((line = complaints_next(c, &at))) if (c->n > 1) fatal_print(0, "definitions: ", line, "") ;
  fatal_say(0, "definitions: ", first, stralloc_0(&remedy) ? remedy.s : l->remedy) ;
  stralloc_free(&remedy) ;
  if (report_set(l->walk->boot->report, REPORT_STAGES, STAGE_DEFINITIONS, "failed", first, clock_ms()) == -1) say_warningsys("keep the boot report") ;
}

static struct bootgraph_node record (struct definition_node const *n)
{
  static enum bootgraph_kind const kinds[] =
  {
    [DEFINITION_ONESHOT] = BOOTGRAPH_ONESHOT, [DEFINITION_LONGRUN] = BOOTGRAPH_LONGRUN, [DEFINITION_BUNDLE] = BOOTGRAPH_BUNDLE,
    [DEFINITION_BUILTIN] = BOOTGRAPH_STAGE
  } ;
  return (struct bootgraph_node)
  {
    .name = n->name, .kind = kinds[n->kind], .essential = n->settings.essential, .notifies = !!n->settings.notification_fd,
    .timeout_up = n->settings.timeout_up, .timeout_down = n->settings.timeout_down,
    .timeout_kill = n->settings.timeout_kill,
    .up = n->up.len ? n->up.s : "", .down = n->down.len ? n->down.s : ""
  } ;
}

/* The graph's node for node i of the set: a row of the table where there is a public one of its name. */
static size_t add_node (struct loading *l, size_t i)
{
  struct walk *w = l->walk ;
  struct definition_node const *n = definitionset_node(&w->set, i) ;
  struct bootgraph_node r = record(n) ;
  size_t row = stage_find(n->name) ;
  if (!n->kind) return GRAPH_NONE ;
  if (row == stage_table_len || stage_table[row].of) return walk_add(w, &r) ;
  if (n->kind == DEFINITION_BUILTIN) return row ;
  if (graph_node(&w->graph, row)->state == GRAPH_WAITING)
  {
    walk_replace(w, row, &r) ;
    return row ;
  }
  /* the stage has done its work already: the definition does so after it, under the name that they share */
  bootgraph_node(&w->record, row)->kind = BOOTGRAPH_STEP ;
  return walk_add(w, &r) ;
}

/* Whether the table itself says that the stage name comes after the other. */
static int is_tabled (struct loading const *l, char const *name, char const *other)
{
  size_t i = 0 ;
  for (; i < l->nbuiltins ; i++)
  {
    char const *const *s = l->builtins[i].names ;
    if (strcmp(l->builtins[i].name, name)) continue ;
    while (*s && strcmp(*s, other)) s++ ;
    return !!*s ;
  }
  return 0 ;
}

/* The parts of the stage of row are its work: they wait for what an image adds to it. */
static void depend_parts (struct walk *w, size_t row, size_t dependency)
{
  size_t i = 0 ;
  for (; i < stage_table_len ; i++)
    if (stage_table[i].of && !strcmp(stage_table[i].of, stage_table[row].name)) walk_depend(w, i, dependency) ;
}

static void add_edges (struct loading *l, size_t i)
{
  struct walk *w = l->walk ;
  struct definition_node const *n = definitionset_node(&w->set, i) ;
  size_t node = l->nodes[i], e = n->first ;
  for (; node != GRAPH_NONE && e < n->first + n->n ; e++)
  {
    size_t j = definitionset_edge(&w->set, e) ;
    char const *name = definitionset_node(&w->set, j)->name ;
    if (n->kind == DEFINITION_BUILTIN && l->nodes[j] < stage_table_len && is_tabled(l, n->name, name)) continue ;
    if (graph_node(&w->graph, node)->state == GRAPH_WAITING)
    {
      walk_depend(w, node, l->nodes[j]) ;
      if (n->kind == DEFINITION_BUILTIN) depend_parts(w, node, l->nodes[j]) ;
    }
    else say_warning("stage ", n->name, " cannot wait for ", name, ": it has run before the s6-rc definitions are read") ;
  }
}

static void supervise (struct loading *l, size_t i)
{
  struct walk *w = l->walk ;
  struct definition_node const *n = definitionset_node(&w->set, i) ;
  struct definition_source const *source = l->sources + n->source ;
  struct service_settings settings =
  {
    .notifies = !!n->settings.notification_fd, .timeout_up = n->settings.timeout_up, .reads = !!n->producers,
    .consumer = n->consumer == DEFINITIONSET_NONE ? 0 : definitionset_node(&w->set, n->consumer)->name
  } ;
  stralloc path = STRALLOC_ZERO ;
  int fd = openat(source->fd, n->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (!stralloc_cats(&path, source->name) || !stralloc_cats(&path, "/") || !stralloc_cats(&path, n->name) || !stralloc_0(&path)) die(l) ;
  if (fd >= 0)
  {
    walk_supervise(w, l->nodes[i], &(struct service_source){ .name = n->name, .fd = fd, .path = path.s, .settings = &settings }) ;
    fd_close(fd) ;
  }
  else
  {
    say_warningsys("open ", path.s) ;
    walk_definition_failed(w) ;
  }
  stralloc_free(&path) ;
}

static void add_all (struct loading *l)
{
  struct walk *w = l->walk ;
  size_t n = definitionset_size(&w->set), i = 0 ;
  l->nodes = malloc(n * sizeof *l->nodes + 1) ;
  if (!l->nodes || builtins_select(l->builtins, l->nbuiltins, &w->set) == -1) die(l) ;
  for (; i < n ; i++) l->nodes[i] = add_node(l, i) ;
  for (i = 0 ; i < n ; i++) add_edges(l, i) ;
  for (i = 0 ; i < n ; i++)
  {
    struct definition_node const *d = definitionset_node(&w->set, i) ;
    if (d->kind == DEFINITION_LONGRUN) supervise(l, i) ;
    if (d->kind && !d->selected) walk_set_aside(w, l->nodes[i]) ;
  }
  free(l->nodes) ;
}

/* Returns whether they can be used. */
static int load (struct loading *l, struct complaints *c)
{
  struct walk *w = l->walk ;
  open_sources(l, c) ;
  if (!l->nsources && !c->n) return 1 ;
  l->builtins = builtins_make(&l->nbuiltins) ;
  if (!l->builtins) die(l) ;
  if (definitionset_load(&w->set, l->sources, l->nsources, l->builtins, l->nbuiltins, c) == -1)
  {
    if (errno != E2BIG) die(l) ;
    complaints_add(c, "/", w->boot->etc, "/" ETC_DEFINITIONS, ": are more than a boot can have") ;
  }
  if (c->n) return 0 ;
  add_all(l) ;
  return 1 ;
}

int rcdefinitions_load (struct walk *w)
{
  struct loading l = { .walk = w, .names = { STRALLOC_ZERO, STRALLOC_ZERO }, .remedy = REMEDY_IMAGE } ;
  struct complaints c = COMPLAINTS_ZERO ;
  size_t i = 0 ;
  int ok = load(&l, &c) ;
  if (!ok) refuse(&l, &c) ;
  for (; i < SOURCES_MAX ; i++)
  {
    if (i < l.nsources) fd_close(l.sources[i].fd) ;
    stralloc_free(l.names + i) ;
  }
  builtins_free(l.builtins) ;
  complaints_free(&c) ;
  return ok ? 0 : -1 ;
}

/* Whether what the table wishes for would close a circle. */
static int is_contradicted (struct walk *w, char const *name, char const *after)
{
  size_t from = definitionset_find(&w->set, after), to = definitionset_find(&w->set, name) ;
  int r = from == DEFINITIONSET_NONE || to == DEFINITIONSET_NONE ? 0 : definitionset_reaches(&w->set, from, to) ;
  if (r == -1) rc_die(w->boot, "load the s6-rc definitions") ;
  return r ;
}

void rcdefinitions_add_wishes (struct walk *w)
{
  size_t row = 0 ;
  for (; row < stage_table_len ; row++)
  {
    char const *const *after = stage_table[row].after ;
    size_t i = 0 ;
    if (!walk_is_replaced(w, row)) for (; i < STAGE_AFTER_MAX && after[i] ; i++)
      if (after[i][0] == STAGE_WISH && !is_contradicted(w, stage_table[row].name, after[i] + 1)) walk_depend(w, row, stage_find(after[i] + 1)) ;
  }
}
