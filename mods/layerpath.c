/* ISC license. */

#include <limits.h>
#include <string.h>

#include "layerpath.h"
#include "paths.h"
#include "utf8.h"

#define WHITEOUT ".wh."
#define STEP_MAX (NAME_MAX - 15)

/* What is wrong with the bytes of s, whatever the steps are; 0: nothing. */
static char const *text_fault (char const *s)
{
  while (*s)
  {
    unsigned char c = (unsigned char)*s ;
    size_t n = c < 0x80 ? 1 : utf8_len(s) ;
    if (!n) return "its name is no UTF-8" ;
    /* U+0080 to U+009F are such too: a terminal may obey them */
    if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)s[1] < 0xa0)) return "its name has control characters" ;
    s += n ;
  }
  return 0 ;
}

static char const *step_fault (char const *s, size_t len)
{
  if (len == 2 && s[0] == '.' && s[1] == '.') return "it leads out of the root" ;
  /* with the suffix of a file that is being copied (filemove.h) */
  if (len > STEP_MAX) return "it is too long" ;
  /* nor is what is below one: its directory would be made without an entry of its own */
  if (len >= sizeof WHITEOUT - 1 && !memcmp(s, WHITEOUT, sizeof WHITEOUT - 1)) return "it is a whiteout" ;
  return 0 ;
}

/* Appends the step to the len bytes of clean. Returns the new length, or 0: it does not fit. */
static size_t append (char *clean, size_t len, char const *step, size_t n)
{
  size_t slash = len ? 1 : 0 ;
  if (n + slash > LAYERPATH_MAX - len) return 0 ;
  if (slash) clean[len++] = '/' ;
  memcpy(clean + len, step, n) ;
  return len + n ;
}

int layerpath_clean (char const *path, char *ret, char const **ret_why)
{
  char clean[LAYERPATH_MAX + 1] ;
  size_t len = 0 ;
  char const *why = path[0] == '/' ? "it is absolute" : text_fault(path) ;
  while (!why)
  {
    size_t n ;
    path += strspn(path, "/") ;
    n = strcspn(path, "/") ;
    if (!n) break ;
    if (n != 1 || path[0] != '.')
    {
      why = step_fault(path, n) ;
      if (!why && !(len = append(clean, len, path, n))) why = "it is too long" ;
    }
    path += n ;
  }
  if (why) { *ret_why = why ; return -1 ; }
  memcpy(ret, clean, len) ;
  ret[len] = 0 ;
  return 0 ;
}

int layerpath_leads_out (char const *path, char const *target)
{
  size_t depth = 0 ;
  if (target[0] == '/') return 0 ;
  for (; *path ; path++) if (*path == '/') depth++ ;
  for (;;)
  {
    size_t n ;
    target += strspn(target, "/") ;
    n = strcspn(target, "/") ;
    if (!n) return 0 ;
    if (n == 2 && target[0] == '.' && target[1] == '.')
    {
      if (!depth--) return 1 ;
    }
    else if (n != 1 || target[0] != '.') depth++ ;
    target += n ;
  }
}

static int is_at_or_in (char const *path, char const *dir)
{
  size_t len = strlen(dir) ;
  return !strncmp(path, dir, len) && (!path[len] || path[len] == '/') ;
}

int layerpath_is_old_style (char const *path)
{
  return is_at_or_in(path, ROOT_ETC "/" ETC_CONT_INIT) || is_at_or_in(path, ROOT_ETC "/" ETC_SERVICES) ;
}

int layerpath_is_reserved (char const *path)
{
  return is_at_or_in(path, ROOT_MODS_STATE) ;
}
