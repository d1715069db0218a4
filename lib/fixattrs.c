/* ISC license. */

#include <string.h>

#include "accounts.h"
#include "fixattrs.h"

#define BLANKS " \t\r\n"

enum { PATTERN, RECURSE, ACCOUNT, FMODE, DMODE, WORDS } ;

/* Cuts s after its first word; returns what follows it. */
static char *cut (char *s)
{
  s += strcspn(s, BLANKS) ;
  if (*s) *s++ = 0 ;
  return s + strspn(s, BLANKS) ;
}

/* Octal, permission bits only. */
static int scan_mode (char const *s, mode_t *ret)
{
  size_t len = strlen(s) ;
  mode_t mode = 0 ;
  if (!len || len > 5 || strspn(s, "01234567") != len) return 0 ;
  for (; *s ; s++) mode = mode << 3 | (mode_t)(*s - '0') ;
  if (mode > 07777) return 0 ;
  *ret = mode ;
  return 1 ;
}

/* USER[:GROUP][,UID:GID] */
static int parse_account (char *s, struct fixattrs *f)
{
  char *fallback = strchr(s, ',') ;
  char *colon ;
  if (fallback)
  {
    *fallback++ = 0 ;
    colon = strchr(fallback, ':') ;
    if (!colon || !accounts_id_scan(fallback, (size_t)(colon - fallback), &f->uid) || !accounts_id_scan(colon + 1, strlen(colon + 1), &f->gid))
      return 0 ;
    f->has_fallback = 1 ;
  }
  colon = strchr(s, ':') ;
  if (colon) *colon++ = 0 ;
  f->user = s ;
  f->group = colon ;
  return *s && (!colon || *colon) ;
}

int fixattrs_parse (char *line, struct fixattrs *ret, char const **ret_why)
{
  struct fixattrs f = { .has_fallback = 0 } ;
  char *words[WORDS] ;
  size_t n = 0 ;
  line += strspn(line, BLANKS) ;
  while (*line && n < WORDS)
  {
    words[n++] = line ;
    line = cut(line) ;
  }
  if (!n || !strcmp(words[0], "#")) return 0 ;
  if (n < WORDS) *ret_why = "it has fewer than five words: PATH RECURSE ACCOUNT FMODE DMODE" ;
  else if (words[PATTERN][0] != '/') *ret_why = "its path is not absolute" ;
  else if (!parse_account(words[ACCOUNT], &f)) *ret_why = "its account is none of USER, USER:GROUP, UID:GID, with or without ,UID:GID behind it" ;
  else if (!scan_mode(words[FMODE], &f.fmode) || !scan_mode(words[DMODE], &f.dmode)) *ret_why = "its modes are not octal numbers from 0000 to 7777" ;
  else
  {
    f.pattern = words[PATTERN] ;
    f.recurse = !strcmp(words[RECURSE], "true") ;
    *ret = f ;
    return 1 ;
  }
  return -1 ;
}
