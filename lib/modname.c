/* ISC license. */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/fmtscan.h>
#include <skalibs/sha256.h>

#include "modname.h"
#include "oneline.h"

#define SEPARATORS "| \t\r\n"
#define SUFFIX ".json"

/* what others add to the name: a prefix, and the suffix of a file that is being written */
#define NAME_ROOM 20

/* of a long one, before its digest */
#define BEGINNING 100
#define DIGEST_SIZE 32

int modlist_has (struct modlist const *l, char const *name)
{
  size_t i = 0 ;
  for (; i < l->n ; i++) if (!strcmp(l->names[i], name)) return 1 ;
  return 0 ;
}

int modlist_split (char const *s, struct modlist *ret)
{
  struct modlist l = MODLIST_ZERO ;
  char *word ;
  char *rest ;
  /* a name takes a byte and a separator at least */
  l.names = malloc((strlen(s) / 2 + 1) * sizeof *l.names) ;
  if (!l.names || !stralloc_copys(&l.text, s) || !stralloc_0(&l.text))
  {
    modlist_free(&l) ;
    return -1 ;
  }
  /* names are printed */
  for (word = l.text.s ; *word ; word++) if (!strchr(SEPARATORS, *word)) oneline(word, 1) ;
  for (word = strtok_r(l.text.s, SEPARATORS, &rest) ; word ; word = strtok_r(0, SEPARATORS, &rest))
    if (!modlist_has(&l, word)) l.names[l.n++] = word ;
  *ret = l ;
  return 0 ;
}

void modlist_free (struct modlist *l)
{
  stralloc_free(&l->text) ;
  free(l->names) ;
  *l = (struct modlist)MODLIST_ZERO ;
}

static int is_plain (char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ;
}

static int cat_quoted (stralloc *file, char const *mod)
{
  static char const hex[] = "0123456789ABCDEF" ;
  char const *s = mod ;
  for (; *s ; s++)
  {
    unsigned char c = (unsigned char)*s ;
    char const quoted[3] = { '%', hex[c >> 4], hex[c & 15] } ;
    if (!(is_plain(*s) && (s > mod || *s != '.') ? stralloc_append(file, *s) : stralloc_catb(file, quoted, sizeof quoted))) return 0 ;
  }
  return 1 ;
}

static int cat_digest (stralloc *file, char const *mod)
{
  SHA256Schedule sha = SHA256_INIT() ;
  char raw[DIGEST_SIZE], text[2 * DIGEST_SIZE] ;
  sha256_update(&sha, mod, strlen(mod)) ;
  sha256_final(&sha, raw) ;
  ucharn_fmt(text, raw, sizeof raw) ;
  /* no short name ends so: a quoted '%' is %25 */
  return stralloc_catb(file, "%", 1) && stralloc_catb(file, text, sizeof text) ;
}

int modname_file (char const *mod, stralloc *file)
{
  size_t start = file->len ;
  int ok ;
  if (!*mod) return (errno = EINVAL, 0) ;
  ok = cat_quoted(file, mod) ;
  if (ok && file->len - start + sizeof SUFFIX > NAME_MAX - NAME_ROOM)
  {
    file->len = start + BEGINNING ;
    ok = cat_digest(file, mod) ;
  }
  if (ok) ok = stralloc_catb(file, SUFFIX, sizeof SUFFIX) ;
  if (!ok) file->len = start ;
  return ok ;
}
