/* ISC license. */

#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "builtins.h"

/* The public row that a row is, or is a part of; 0: it is private. */
static char const *public_name (struct stage const *s)
{
  return !s->of ? s->name : *s->of ? s->of : 0 ;
}

/* Appends the public names that a row comes after, but for the stage it is a part of. Returns where to append next. */
static char const **collect (struct stage const *row, char const **names)
{
  size_t i = 0 ;
  for (; i < STAGE_AFTER_MAX && row->after[i] ; i++)
  {
    size_t a = stage_find(row->after[i]) ;
    /* one that is only wished for is none of theirs: see STAGE_WISH */
    char const *name = a < stage_table_len ? public_name(stage_table + a) : 0 ;
    if (name && strcmp(name, public_name(row))) *names++ = name ;
  }
  return names ;
}

static char const **collect_all (char const *self, char const **names)
{
  size_t i = 0 ;
  for (; i < stage_table_len ; i++)
  {
    char const *name = public_name(stage_table + i) ;
    if (name && !strcmp(name, self)) names = collect(stage_table + i, names) ;
  }
  *names++ = 0 ;
  return names ;
}

struct definition_builtin *builtins_make (size_t *ret_n)
{
  struct definition_builtin *b ;
  char const **names ;
  size_t i = 0, n = 0 ;
  b = malloc(stage_table_len * (sizeof *b + (STAGE_AFTER_MAX + 1) * sizeof *names)) ;
  if (!b) return 0 ;
  names = (char const **)(b + stage_table_len) ;
  for (; i < stage_table_len ; i++)
  {
    char const *name = stage_table[i].name ;
    int is_bundle = !strcmp(name, BUNDLE_USER) || !strcmp(name, BUNDLE_USER2) ;
    if (stage_table[i].of) continue ;
    b[n++] = (struct definition_builtin){ .name = name, .kind = is_bundle ? DEFINITION_BUNDLE : DEFINITION_BUILTIN, .names = names } ;
    names = collect_all(name, names) ;
  }
  *ret_n = n ;
  return b ;
}

int builtins_select (struct definition_builtin const *b, size_t n, struct definitionset *set)
{
  size_t i = 0 ;
  for (; i < n ; i++) if (definitionset_select(set, b[i].name) == -1) return -1 ;
  return 0 ;
}

void builtins_free (struct definition_builtin *b)
{
  free(b) ;
}
