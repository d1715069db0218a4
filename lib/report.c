/* ISC license. */

#include <errno.h>
#include <string.h>

#include <skalibs/types.h>

#include "atomicfile.h"
#include "jsonstring.h"
#include "paths.h"
#include "report.h"
#include "version.h"

struct row
{
  char const *name ;
  size_t status, reason ;   /* offsets into strings */
  unsigned int ms ;
} ;

/* the names of the keys, by section */
static struct { char const *title, *name, *status ; int timed ; } const sections[REPORT_SECTIONS] =
{
  [REPORT_EVIDENCE] = { "evidence", "what", "found", 0 },
  [REPORT_STAGES] = { "stages", "name", "status", 1 },
  [REPORT_SERVICES] = { "services", "name", "status", 1 }
} ;

static char const *string (struct report const *r, size_t i)
{
  return r->strings.s + i ;
}

static int keep (struct report *r, char const *s, size_t *ret)
{
  size_t i = r->strings.len ;
  if (!stralloc_catb(&r->strings, s, strlen(s) + 1)) return -1 ;
  *ret = i ;
  return 0 ;
}

int report_set (struct report *r, enum report_section section, char const *name, char const *status, char const *reason, unsigned int ms)
{
  genalloc *g = &r->rows[section] ;
  struct row new = { .ms = ms } ;
  size_t i ;
  if (keep(r, status, &new.status) == -1 || keep(r, reason, &new.reason) == -1) return -1 ;
  /* room first: a name with a number always has its row */
  if (!genalloc_readyplus(struct row, g, 1)) return -1 ;
  i = nametable_add(&r->names[section], name, &new.name) ;
  if (i == NAMETABLE_NONE) return -1 ;
  if (i == genalloc_len(struct row, g)) return genalloc_append(struct row, g, &new) ? 0 : -1 ;
  genalloc_s(struct row, g)[i] = new ;
  return 0 ;
}

static int cat_pair (stralloc *sa, char const *key, char const *value, char const *end)
{
  return jsonstring_cat(sa, key) && stralloc_cats(sa, ":") && jsonstring_cat(sa, value) && stralloc_cats(sa, end) ;
}

static int json_row (struct report const *r, enum report_section section, struct row const *row, stralloc *sa)
{
  char fmt[UINT_FMT] ;
  if (!stralloc_cats(sa, "    {")
   || !cat_pair(sa, sections[section].name, row->name, ",")
   || !cat_pair(sa, sections[section].status, string(r, row->status), "")) return 0 ;
  if (!sections[section].timed) return stralloc_cats(sa, "}") ;
  fmt[uint_fmt(fmt, row->ms)] = 0 ;
  return stralloc_cats(sa, ",") && cat_pair(sa, "reason", string(r, row->reason), ",\"ms\":")
      && stralloc_cats(sa, fmt) && stralloc_cats(sa, "}") ;
}

int report_json (struct report const *r, stralloc *sa)
{
  unsigned int s = 0 ;
  if (!stralloc_cats(sa, "{\n  ")
   || !cat_pair(sa, "version", STILLROOT_VERSION, ",\n  ")
   || !cat_pair(sa, "result", r->result, ",\n  ")
   || !cat_pair(sa, "mode", r->mode, "")) return -1 ;
  for (; s < REPORT_SECTIONS ; s++)
  {
    struct row const *p = genalloc_s(struct row, &r->rows[s]) ;
    size_t n = genalloc_len(struct row, &r->rows[s]), i = 0 ;
    if (!stralloc_cats(sa, ",\n  ") || !jsonstring_cat(sa, sections[s].title) || !stralloc_cats(sa, ":[")) return -1 ;
    for (; i < n ; i++)
      if (!stralloc_cats(sa, i ? ",\n" : "\n") || !json_row(r, (enum report_section)s, p + i, sa)) return -1 ;
    if (!stralloc_cats(sa, "\n  ]")) return -1 ;
  }
  return stralloc_cats(sa, "\n}\n") ? 0 : -1 ;
}

static int cat_padded (stralloc *sa, char const *s, size_t width)
{
  size_t len = strlen(s) ;
  size_t blanks = len < width ? width - len : 0 ;
  if (!stralloc_readyplus(sa, len + blanks)) return 0 ;
  memcpy(sa->s + sa->len, s, len) ;
  memset(sa->s + sa->len + len, ' ', blanks) ;
  sa->len += len + blanks ;
  return 1 ;
}

static int text_row (struct report const *r, enum report_section section, struct row const *row, stralloc *sa)
{
  char fmt[UINT_FMT] ;
  if (!stralloc_cats(sa, "  ") || !cat_padded(sa, row->name, 26) || !stralloc_cats(sa, " ")) return 0 ;
  if (!sections[section].timed) return stralloc_cats(sa, string(r, row->status)) && stralloc_cats(sa, "\n") ;
  fmt[uint_fmt(fmt, row->ms)] = 0 ;
  return cat_padded(sa, string(r, row->status), 8) && stralloc_cats(sa, " ")
      && cat_padded(sa, fmt, 5) && stralloc_cats(sa, " ms  ")
      && stralloc_cats(sa, string(r, row->reason)) && stralloc_cats(sa, "\n") ;
}

int report_text (struct report const *r, stralloc *sa)
{
  unsigned int s = 0 ;
  if (!stralloc_cats(sa, "boot: ") || !stralloc_cats(sa, r->result)
   || !stralloc_cats(sa, ", mode: ") || !stralloc_cats(sa, r->mode)
   || !stralloc_cats(sa, ", stillroot " STILLROOT_VERSION "\n")) return -1 ;
  for (; s < REPORT_SECTIONS ; s++)
  {
    struct row const *p = genalloc_s(struct row, &r->rows[s]) ;
    size_t n = genalloc_len(struct row, &r->rows[s]), i = 0 ;
    if (n && (!stralloc_cats(sa, sections[s].title) || !stralloc_cats(sa, ":\n"))) return -1 ;
    for (; i < n ; i++) if (!text_row(r, (enum report_section)s, p + i, sa)) return -1 ;
  }
  return 0 ;
}

int report_write (struct report const *r, int runfd)
{
  static struct { int (*render) (struct report const *, stralloc *) ; char const *file ; } const forms[] =
  {
    { &report_json, RUN_REPORT_JSON },
    { &report_text, RUN_REPORT_TEXT }
  } ;
  stralloc sa = STRALLOC_ZERO ;
  size_t i = 0 ;
  int e = 0 ;
  for (; !e && i < sizeof forms / sizeof forms[0] ; i++)
  {
    sa.len = 0 ;
    if ((*forms[i].render)(r, &sa) == -1 || atomicfile_write(runfd, forms[i].file, sa.s, sa.len, 0644) == -1) e = errno ;
  }
  stralloc_free(&sa) ;
  return e ? (errno = e, -1) : 0 ;
}

void report_free (struct report *r)
{
  unsigned int s = 0 ;
  for (; s < REPORT_SECTIONS ; s++)
  {
    genalloc_free(struct row, &r->rows[s]) ;
    nametable_free(&r->names[s]) ;
  }
  stralloc_free(&r->strings) ;
}
