/* ISC license. */

/* Any content in the files of a small tree: no crash; what nothing is said about has no cycle, and each mistake is a line. */

#include "fuzz.h"
#include "definitionset.h"
#include "graph.h"
#include "wordlist.h"
#include "../definitionexpand.h"

#define CONTENT_MAX 64

static char const *const files[] =
{
  "type", "up", "run", "dependencies", "contents", "producer-for", "consumer-for", "pipeline-name", "notification-fd", "timeout-up",
  "down-signal", "dependencies.d/a", "dependencies.d/b", "dependencies.d/c", "contents.d/a", "contents.d/b", "contents.d/d"
} ;
static char const *const types[] = { "oneshot\n", "longrun", "bundle\n" } ;

#define FILES (sizeof files / sizeof files[0])

/* The directory of a definition: a to d, in one of two sources. */
static void path_of (char *buf, size_t max, unsigned int n, char const *name)
{
  snprintf(buf, max, "%u/%c/%s", n / 4 % 2, (char)('a' + n % 4), name) ;
}

static void clear (int dir)
{
  char path[64] ;
  unsigned int n = 0 ;
  size_t i = 0 ;
  for (; n < 8 ; n++)
  {
    for (i = 0 ; i < FILES ; i++) { path_of(path, sizeof path, n, files[i]) ; unlinkat(dir, path, 0) ; }
    path_of(path, sizeof path, n, "dependencies.d") ; unlinkat(dir, path, AT_REMOVEDIR) ;
    path_of(path, sizeof path, n, "contents.d") ; unlinkat(dir, path, AT_REMOVEDIR) ;
    path_of(path, sizeof path, n, "") ; unlinkat(dir, path, AT_REMOVEDIR) ;
  }
  mkdirat(dir, "0", 0700) ;
  mkdirat(dir, "1", 0700) ;
}

/* Takes a file from the input: which definition, which file, its length, its content. Returns how much it took. */
static size_t take (int dir, uint8_t const *s, size_t len)
{
  char path[64] ;
  size_t content = (size_t)s[2] % CONTENT_MAX ;
  char const *name = files[s[1] % FILES] ;
  uint8_t const *bytes = s + 3 ;
  if (content > len - 3) content = len - 3 ;
  path_of(path, sizeof path, s[0], "") ;
  mkdirat(dir, path, 0700) ;
  if (strchr(name, '/'))
  {
    path_of(path, sizeof path, s[0], name[0] == 'd' ? "dependencies.d" : "contents.d") ;
    mkdirat(dir, path, 0700) ;
  }
  path_of(path, sizeof path, s[0], name) ;
  /* most types are right, or nothing else is reached */
  if (!strcmp(name, "type") && s[2] < 192) fuzz_put(dir, path, (uint8_t const *)types[s[2] % 3], strlen(types[s[2] % 3]), 0600) ;
  else fuzz_put(dir, path, bytes, content, 0600) ;
  return 3 + (strcmp(name, "type") || s[2] >= 192 ? content : 0) ;
}

/* Aborts unless all of the set can be walked. */
static void check_walk (struct definitionset *set)
{
  struct graph g = GRAPH_ZERO ;
  size_t i = 0, e ;
  for (; i < definitionset_size(set) ; i++) if (graph_add(&g, definitionset_node(set, i)->name) != i) abort() ;
  for (i = 0 ; i < definitionset_size(set) ; i++)
  {
    struct definition_node const *n = definitionset_node(set, i) ;
    for (e = n->first ; e < n->first + n->n ; e++)
    {
      if (!definitionset_node(set, definitionset_edge(set, e))->kind) abort() ;
      graph_depend(&g, i, definitionset_edge(set, e)) ;
    }
  }
  graph_begin(&g) ;
  while ((i = graph_next(&g)) != GRAPH_NONE) graph_settle(&g, i, 1) ;
  if (g.unsettled) abort() ;
  graph_free(&g) ;
}

/* valid: nothing was said about the set. */
static void check_node (struct definitionset *set, size_t i, int valid)
{
  struct definition_node const *n = definitionset_node(set, i) ;
  genalloc list = GENALLOC_ZERO ;
  stralloc words = STRALLOC_ZERO ;
  size_t count = 0, j = 0 ;
  if (expand(set, i, &list) == -1) abort() ;
  for (; j < genalloc_len(size_t, &list) ; j++) if (definitionset_node(set, genalloc_s(size_t, &list)[j])->kind == DEFINITION_BUNDLE) abort() ;
  if (n->kind && definitionset_select(set, n->name) == -1) abort() ;
  if (n->up.s) switch (wordlist_parse(n->up.s, &words, &count))
  {
    case WORDLIST_WORDS :
      for (j = 0 ; j < words.len ; j += strlen(words.s + j) + 1, count--) if (!words.s[j] || words.s[j] == ' ') abort() ;
      if (count) abort() ;
      break ;
    case WORDLIST_INVALID :
      if (valid || !wordlist_error(n->up.s)) abort() ;
      break ;
    default : break ;
  }
  genalloc_free(size_t, &list) ;
  stralloc_free(&words) ;
}

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  static char const *const needs_a[] = { "a", 0 } ;
  static struct definition_builtin const builtins[] = { { "d", DEFINITION_BUNDLE, needs_a }, { "e", DEFINITION_BUILTIN, 0 } } ;
  struct definitionset set = DEFINITIONSET_ZERO ;
  struct complaints c = COMPLAINTS_ZERO ;
  int dir = fuzz_dir() ;
  struct definition_source sources[2] = { { .name = "s" }, { .name = "t" } } ;
  size_t i = 0, lines = 0 ;
  clear(dir) ;
  while (len >= 3)
  {
    size_t taken = take(dir, s, len) ;
    s += taken ;
    len -= taken ;
  }
  sources[0].fd = openat(dir, "0", O_RDONLY | O_DIRECTORY) ;
  sources[1].fd = openat(dir, "1", O_RDONLY | O_DIRECTORY) ;
  if (definitionset_load(&set, sources, 2, builtins, 2, &c) == -1) abort() ;
  close(sources[0].fd) ;
  close(sources[1].fd) ;
  for (i = 0 ; i < c.lines.len ; i++) lines += c.lines.s[i] == '\n' ;
  if (lines != c.n) abort() ;
  if (!c.n) check_walk(&set) ;
  for (i = 0 ; i < definitionset_size(&set) ; i++) check_node(&set, i, !c.n) ;
  complaints_free(&c) ;
  definitionset_free(&set) ;
  return 0 ;
}
