/* ISC license. */

#include <string.h>

#include <skalibs/types.h>

#include "jsonstring.h"
#include "reportrows.h"

/* What is left of a line. */
struct rest { char const *s ; size_t len ; } ;

static int skip (struct rest *r, char const *s)
{
  size_t n = strlen(s) ;
  if (n > r->len || memcmp(r->s, s, n)) return 0 ;
  r->s += n ;
  r->len -= n ;
  return 1 ;
}

/* Takes a string, in *ret with its quotes. */
static int take_string (struct rest *r, struct rest *ret)
{
  size_t n = jsonstring_len(r->s, r->len) ;
  if (!n) return 0 ;
  *ret = (struct rest){ .s = r->s, .len = n } ;
  r->s += n ;
  r->len -= n ;
  return 1 ;
}

/* What a line without a row says: where a section begins, that the boot was not over. */
static void read_title (struct reportrows *rows, struct rest line, enum report_section *section)
{
  if (!skip(&line, "  ")) return ;
  if (skip(&line, "\"result\":\"booting\"")) rows->booting = 1 ;
  else if (skip(&line, "\"stages\":[")) *section = REPORT_STAGES ;
  else if (skip(&line, "\"services\":[")) *section = REPORT_SERVICES ;
}

/* Returns whether the line is a row. */
static int read_row (struct rest line, struct rest *name, struct reportrow *row)
{
  struct rest status, reason ;
  if (!skip(&line, "    {\"name\":") || !take_string(&line, name) || !skip(&line, ",\"status\":") || !take_string(&line, &status)
   || !skip(&line, ",\"reason\":") || !take_string(&line, &reason) || !skip(&line, ",\"ms\":")) return 0 ;
  row->status = status.s + 1 ;
  row->len = status.len - 2 ;
  /* the text goes on behind it */
  return line.len && uint_scan(line.s, &row->ms) ;
}

static int add (struct reportrows *rows, enum report_section section, struct rest const *name, struct reportrow const *row)
{
  genalloc *g = &rows->rows[section] ;
  stralloc key = STRALLOC_ZERO ;
  char const *kept ;
  size_t i = NAMETABLE_NONE ;
  if (!genalloc_readyplus(struct reportrow, g, 1)) return -1 ;
  if (stralloc_catb(&key, name->s, name->len) && stralloc_0(&key)) i = nametable_add(&rows->names[section], key.s, &kept) ;
  stralloc_free(&key) ;
  if (i == NAMETABLE_NONE) return -1 ;
  if (i == genalloc_len(struct reportrow, g)) return genalloc_append(struct reportrow, g, row) ? 0 : -1 ;
  genalloc_s(struct reportrow, g)[i] = *row ;
  return 0 ;
}

int reportrows_read (struct reportrows *rows, char const *text, size_t len)
{
  enum report_section section = REPORT_EVIDENCE ;
  char const *end = text + len, *nl ;
  for (; (nl = memchr(text, '\n', (size_t)(end - text))) ; text = nl + 1)
  {
    struct rest const line = { .s = text, .len = (size_t)(nl - text) } ;
    struct rest name ;
    struct reportrow row ;
    if (!read_row(line, &name, &row)) read_title(rows, line, &section) ;
    else if (section != REPORT_EVIDENCE && add(rows, section, &name, &row) == -1) return -1 ;
  }
  return 0 ;
}

int reportrows_find (struct reportrows const *rows, enum report_section section, char const *name, struct reportrow const **ret)
{
  stralloc key = STRALLOC_ZERO ;
  size_t i ;
  if (!jsonstring_cat(&key, name) || !stralloc_0(&key))
  {
    stralloc_free(&key) ;
    return -1 ;
  }
  i = nametable_find(&rows->names[section], key.s) ;
  stralloc_free(&key) ;
  if (i == NAMETABLE_NONE) return 0 ;
  *ret = genalloc_s(struct reportrow, &rows->rows[section]) + i ;
  return 1 ;
}

int reportrow_is (struct reportrow const *row, char const *status)
{
  return strlen(status) == row->len && !memcmp(row->status, status, row->len) ;
}

void reportrows_free (struct reportrows *rows)
{
  size_t i = 0 ;
  for (; i < REPORT_SECTIONS ; i++)
  {
    genalloc_free(struct reportrow, &rows->rows[i]) ;
    nametable_free(&rows->names[i]) ;
  }
}
