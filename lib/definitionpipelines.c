/* ISC license. */

#include "definitionnames.h"

struct links
{
  struct definitionset *set ;
  struct definition_source const *sources ;
  struct complaints *complaints ;
} ;

static void complain (struct links const *k, struct definition_node const *n, char const *file, char const *other, char const *why)
{
  complaints_add(k->complaints, k->sources[n->source].name, "/", n->name, ": its ", file, " names ", other, ", which ", why) ;
}

/* The first reference from r on that stands in the list. */
static size_t next_in (struct links const *k, size_t r, enum definition_list list)
{
  while (r != DEFINITIONSET_NONE && definition_reference(k->set, r)->list != list) r = definition_reference(k->set, r)->next ;
  return r ;
}

static int is_longrun (struct links const *k, struct definition_node const *n, struct definition_reference const *ref)
{
  struct definition_node const *to = definitionset_node(k->set, ref->to) ;
  if (to->kind == DEFINITION_LONGRUN) return 1 ;
  if (!to->broken) complain(k, n, definition_list_file(ref->list), to->name, to->kind ? "is no longrun" : "is not defined") ;
  return 0 ;
}

static void link_consumer (struct links const *k, struct definition_node *n)
{
  size_t r = next_in(k, n->head, DEFINITION_PRODUCER_FOR) ;
  if (r != DEFINITIONSET_NONE && is_longrun(k, n, definition_reference(k->set, r))) n->consumer = definition_reference(k->set, r)->to ;
}

static int link_producers (struct links const *k, size_t i)
{
  struct definition_node *n = definitionset_node(k->set, i) ;
  size_t r = next_in(k, n->head, DEFINITION_CONSUMER_FOR) ;
  n->first_producer = genalloc_len(size_t, &k->set->edges) ;
  for (; r != DEFINITIONSET_NONE ; r = next_in(k, definition_reference(k->set, r)->next, DEFINITION_CONSUMER_FOR))
  {
    struct definition_reference const *ref = definition_reference(k->set, r) ;
    struct definition_node *p = definitionset_node(k->set, ref->to) ;
    if (!is_longrun(k, n, ref)) continue ;
    if (p->consumer != i) { complain(k, n, "consumer-for", p->name, "does not name it in its producer-for") ; continue ; }
    if (p->reciprocated) continue ;
    p->reciprocated = 1 ;
    if (!genalloc_append(size_t, &k->set->edges, &ref->to)) return -1 ;
    n->producers++ ;
  }
  return 0 ;
}

static void unlink_unreciprocated (struct links const *k, struct definition_node *n)
{
  if (n->consumer == DEFINITIONSET_NONE || n->reciprocated) return ;
  complain(k, n, "producer-for", definitionset_node(k->set, n->consumer)->name, "does not name it in its consumer-for") ;
  n->consumer = DEFINITIONSET_NONE ;
}

/* Follows the consumers from i on, to the end or to where this or an earlier walk came by. base: walks before this one's kind. */
static int check_loop (struct links const *k, size_t i, size_t base)
{
  struct definition_node *n ;
  stralloc path = STRALLOC_ZERO ;
  size_t walk = ++k->set->walks ;
  size_t j ;
  int ok ;
  for (; i != DEFINITIONSET_NONE && definitionset_node(k->set, i)->mark <= base ; i = n->consumer)
  {
    n = definitionset_node(k->set, i) ;
    n->mark = walk ;
  }
  if (i == DEFINITIONSET_NONE || definitionset_node(k->set, i)->mark != walk) return 0 ;
  j = i ;
  ok = stralloc_cats(&path, definitionset_node(k->set, i)->name) ;
  do
  {
    j = definitionset_node(k->set, j)->consumer ;
    ok = ok && stralloc_cats(&path, " -> ") && stralloc_cats(&path, definitionset_node(k->set, j)->name) ;
  }
  while (j != i) ;
  ok = ok && stralloc_0(&path) ;
  if (ok) complaints_add(k->complaints, "a pipeline ends where it begins: ", path.s) ;
  stralloc_free(&path) ;
  return ok ? 0 : -1 ;
}

/* Makes the bundle that last, which nobody reads from, gives a name to. What leads to it is a tree: each has one consumer. */
static int name_pipeline (struct links const *k, size_t last)
{
  struct definition_node const *n = definitionset_node(k->set, last) ;
  genalloc members = GENALLOC_ZERO ;
  struct definition_node *bundle ;
  size_t name, i = 0 ;
  size_t r = next_in(k, n->head, DEFINITION_PIPELINE_NAME) ;
  int ok ;
  if (r == DEFINITIONSET_NONE || !n->producers) return 0 ;
  name = definition_reference(k->set, r)->to ;
  bundle = definitionset_node(k->set, name) ;
  if (bundle->broken) return 0 ;
  if (bundle->kind) { complain(k, n, "pipeline-name", bundle->name, "something else is called") ; return 0 ; }
  bundle->kind = DEFINITION_BUNDLE ;
  ok = genalloc_append(size_t, &members, &last) ;
  for (; ok && i < genalloc_len(size_t, &members) ; i++)
  {
    size_t member = genalloc_s(size_t, &members)[i] ;
    struct definition_node const *m = definitionset_node(k->set, member) ;
    ok = definitionset_refer(k->set, name, member, DEFINITIONSET_NONE, DEFINITION_CONTENTS) == 0
      && (!m->producers || genalloc_catb(size_t, &members, genalloc_s(size_t, &k->set->edges) + m->first_producer, m->producers)) ;
  }
  genalloc_free(size_t, &members) ;
  return ok ? 0 : -1 ;
}

int definitionset_link_pipelines (struct definitionset *set, struct definition_source const *sources, struct complaints *c)
{
  struct links const k = { .set = set, .sources = sources, .complaints = c } ;
  size_t base = set->walks, n = definitionset_size(set) ;
  size_t i = 0 ;
#define EACH_LONGRUN for (i = 0 ; i < n ; i++) if (definitionset_node(set, i)->kind == DEFINITION_LONGRUN)
  EACH_LONGRUN link_consumer(&k, definitionset_node(set, i)) ;
  EACH_LONGRUN if (link_producers(&k, i) == -1) return -1 ;
  EACH_LONGRUN unlink_unreciprocated(&k, definitionset_node(set, i)) ;
  EACH_LONGRUN if (check_loop(&k, i, base) == -1) return -1 ;
  EACH_LONGRUN if (name_pipeline(&k, i) == -1) return -1 ;
#undef EACH_LONGRUN
  return 0 ;
}
