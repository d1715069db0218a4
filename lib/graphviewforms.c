/* ISC license. */

#include <string.h>

#include <skalibs/types.h>

#include "graphview.h"
#include "jsonstring.h"
#include "oneline.h"
#include "utf8.h"

char const *graphview_kind_name (enum bootgraph_kind kind)
{
  static char const *const names[] =
  {
    [BOOTGRAPH_STAGE] = "stage", [BOOTGRAPH_STEP] = "step", [BOOTGRAPH_BUNDLE] = "bundle", [BOOTGRAPH_ONESHOT] = "oneshot",
    [BOOTGRAPH_LONGRUN] = "longrun"
  } ;
  return names[kind] ;
}

char const *graphview_state_name (enum graphview_state state)
{
  static char const *const names[] =
  {
    [GRAPHVIEW_UP] = "up", [GRAPHVIEW_STARTING] = "starting", [GRAPHVIEW_WAITING] = "waiting", [GRAPHVIEW_FAILED] = "failed",
    [GRAPHVIEW_BLOCKED] = "blocked", [GRAPHVIEW_DOWN] = "down"
  } ;
  return names[state] ;
}

static char const *const shapes[BOOTGRAPH_KINDS] =
{
  [BOOTGRAPH_STAGE] = "box", [BOOTGRAPH_STEP] = "point", [BOOTGRAPH_BUNDLE] = "folder", [BOOTGRAPH_ONESHOT] = "ellipse", [BOOTGRAPH_LONGRUN] = "box3d"
} ;

/* What is not up yet or never will be is dashed, so that no one depends on the colours. */
static char const *const styles[GRAPHVIEW_STATES] =
{
  [GRAPHVIEW_UP] = "style=\"filled\", fillcolor=\"palegreen\"",
  [GRAPHVIEW_STARTING] = "style=\"filled,dashed\", fillcolor=\"khaki\"",
  [GRAPHVIEW_WAITING] = "style=\"filled,dashed\", fillcolor=\"white\"",
  [GRAPHVIEW_FAILED] = "style=\"filled,bold\", fillcolor=\"salmon\"",
  [GRAPHVIEW_BLOCKED] = "style=\"filled,dashed\", fillcolor=\"mistyrose\"",
  [GRAPHVIEW_DOWN] = "style=\"filled,dotted\", fillcolor=\"lightgrey\""
} ;

static struct bootgraph_edge const *edge (struct graphview const *v, size_t i)
{
  return genalloc_s(struct bootgraph_edge, &v->edges) + i ;
}

static struct bootgraph_node const *node (struct graphview const *v, size_t i)
{
  return bootgraph_node(&v->graph, i) ;
}

static int cat_number (stralloc *sa, size_t n)
{
  char fmt[SIZE_FMT] ;
  return stralloc_catb(sa, fmt, size_fmt(fmt, n)) ;
}

static int cat_padded (stralloc *sa, char const *s, size_t width)
{
  size_t start = sa->len, len = strlen(s) ;
  if (!stralloc_cats(sa, s)) return 0 ;
  oneline(sa->s + start, len) ;
  for (; len < width ; len++) if (!stralloc_catb(sa, " ", 1)) return 0 ;
  return 1 ;
}

static int text_node (struct graphview const *v, size_t i, stralloc *sa)
{
  struct graphview_node const *n = v->nodes + i ;
  char const *before = node(v, i)->kind == BOOTGRAPH_BUNDLE ? " of " : " after " ;
  size_t e = n->first ;
  if (!stralloc_cats(sa, "  ") || !cat_padded(sa, node(v, i)->name, 26) || !stralloc_cats(sa, " ")
   || !cat_padded(sa, graphview_kind_name(node(v, i)->kind), 7) || !stralloc_cats(sa, " ")
   || !cat_padded(sa, graphview_state_name(n->state), n->n ? 8 : 0)) return 0 ;
  for (; e < n->first + n->n ; e++, before = ", ")
    if (!stralloc_cats(sa, before) || !cat_padded(sa, node(v, edge(v, e)->dependency)->name, 0)) return 0 ;
  return stralloc_cats(sa, "\n") ;
}

int graphview_text (struct graphview const *v, stralloc *sa)
{
  size_t i = 0 ;
  if (!stralloc_cats(sa, "graph:\n")) return -1 ;
  for (; i < bootgraph_size(&v->graph) ; i++)
    if (node(v, i)->kind != BOOTGRAPH_STEP && !text_node(v, i, sa)) return -1 ;
  return 0 ;
}

static int json_node (struct graphview const *v, size_t i, stralloc *sa)
{
  struct graphview_node const *n = v->nodes + i ;
  size_t e = n->first ;
  if (!stralloc_cats(sa, "    {\"name\":") || !jsonstring_cat(sa, node(v, i)->name)
   || !stralloc_cats(sa, ",\"kind\":") || !jsonstring_cat(sa, graphview_kind_name(node(v, i)->kind))
   || !stralloc_cats(sa, ",\"state\":") || !jsonstring_cat(sa, graphview_state_name(n->state))
   || !stralloc_cats(sa, ",\"ms\":") || !(n->timed ? cat_number(sa, n->ms) : stralloc_cats(sa, "null"))
   || !stralloc_cats(sa, ",\"after\":[")) return 0 ;
  for (; e < n->first + n->n ; e++)
    if (!stralloc_cats(sa, e > n->first ? "," : "") || !jsonstring_cat(sa, node(v, edge(v, e)->dependency)->name)) return 0 ;
  return stralloc_cats(sa, "]}") ;
}

int graphview_json (struct graphview const *v, stralloc *sa)
{
  char const *between = "\n" ;
  size_t i = 0 ;
  for (; i < bootgraph_size(&v->graph) ; i++)
  {
    if (node(v, i)->kind == BOOTGRAPH_STEP) continue ;
    if (!stralloc_cats(sa, between) || !json_node(v, i, sa)) return -1 ;
    between = ",\n" ;
  }
  return 0 ;
}

/* The inside of a label: dot reads escapes and the entities of HTML in it, and wants UTF-8. */
static int cat_label (stralloc *sa, char const *s)
{
  while (*s)
  {
    size_t n = utf8_len(s) ;
    int ok ;
    if (n) ok = stralloc_catb(sa, s, n) ;
    else if (*s == '"') ok = stralloc_cats(sa, "\\\"") ;
    else if (*s == '\\') ok = stralloc_cats(sa, "\\\\") ;
    else if (*s == '&') ok = stralloc_cats(sa, "&amp;") ;
    else if ((unsigned char)*s >= 0x80) ok = stralloc_cats(sa, UTF8_REPLACEMENT) ;
    else
    {
      ok = stralloc_catb(sa, s, 1) ;
      if (ok) oneline(sa->s + sa->len - 1, 1) ;
    }
    if (!ok) return 0 ;
    s += n ? n : 1 ;
  }
  return 1 ;
}

static int dot_node (struct graphview const *v, size_t i, stralloc *sa)
{
  struct graphview_node const *n = v->nodes + i ;
  if (!stralloc_cats(sa, "  n") || !cat_number(sa, i) || !stralloc_cats(sa, " [label=\"") || !cat_label(sa, node(v, i)->name)) return 0 ;
  if (n->timed && (!stralloc_cats(sa, "\\n") || !cat_number(sa, n->ms) || !stralloc_cats(sa, " ms"))) return 0 ;
  return stralloc_cats(sa, "\", shape=\"") && stralloc_cats(sa, shapes[node(v, i)->kind]) && stralloc_cats(sa, "\", ")
    && stralloc_cats(sa, styles[n->state]) && stralloc_cats(sa, "]\n") ;
}

static int dot_edge (struct bootgraph_edge const *e, stralloc *sa)
{
  return stralloc_cats(sa, "  n") && cat_number(sa, e->dependency) && stralloc_cats(sa, " -> n") && cat_number(sa, e->node) && stralloc_cats(sa, "\n") ;
}

int graphview_dot (struct graphview const *v, stralloc *sa)
{
  size_t n = bootgraph_size(&v->graph), m = genalloc_len(struct bootgraph_edge, &v->edges), i = 0 ;
  /* nodes are numbered: names may be the same, or no text */
  if (!stralloc_cats(sa, "digraph boot {\n  node [fontname=\"Helvetica\"]\n")) return -1 ;
  for (; i < n ; i++) if (node(v, i)->kind != BOOTGRAPH_STEP && !dot_node(v, i, sa)) return -1 ;
  for (i = 0 ; i < m ; i++) if (!dot_edge(edge(v, i), sa)) return -1 ;
  return stralloc_cats(sa, "}\n") ? 0 : -1 ;
}
