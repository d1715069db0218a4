/* ISC license. */

/* What must hold of one edit of any text, found out without the parser under test: the lines of other names are the same to the byte,
   so is the line of abc but for what was asked for; what is refused or was so already changes nothing; so does a second edit. */

#ifndef STILLROOT_TEST_ACCOUNTSPROPERTY_H
#define STILLROOT_TEST_ACCOUNTSPROPERTY_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/stralloc.h>

#include "accountsfile.h"

#define PROPERTY_KINDS 4
#define PROPERTY_LINE "abc:x:911:911::/config:/bin/false"
#define PROPERTY_MEMBER "me"

static inline int property_edit (stralloc *text, unsigned int kind, unsigned int id)
{
  switch (kind)
  {
    case 0 : return accountsfile_set_id(text, "abc", 2, id) ;
    case 1 : return accountsfile_set_id(text, "abc", 3, id) ;
    case 2 : return accountsfile_add_member(text, "abc", PROPERTY_MEMBER) ;
    default : return accountsfile_add(text, PROPERTY_LINE) ;
  }
}

static inline int property_same (stralloc const *text, char const *s, size_t len)
{
  return text->len == len && (!len || !memcmp(text->s, s, len)) ;
}

/* How many lines begin with the name abc, and where the last of them does. */
static inline unsigned int property_count (char const *s, size_t len, size_t *where)
{
  unsigned int n = 0 ;
  size_t i = 0 ;
  for (; i + 3 <= len ; i++)
    if ((!i || s[i - 1] == '\n') && !memcmp(s + i, "abc", 3) && (i + 3 == len || s[i + 3] == ':' || s[i + 3] == '\n')) { n++ ; *where = i ; }
  return n ;
}

static inline int property_digits (char const *s, size_t len)
{
  while (len) if (s[--len] < '0' || s[len] > '9') return 0 ;
  return 1 ;
}

/* The line of abc at pos has, after so many colons, the id, or the member in its list. */
static inline int property_done (stralloc const *text, size_t pos, unsigned int kind, unsigned int id)
{
  char const *s = text->s + pos, *end = memchr(s, '\n', text->len - pos) ;
  unsigned int colons = kind == 0 ? 2 : 3 ;
  size_t len = 0 ;
  if (!end) end = text->s + text->len ;
  for (; colons && s < end ; s++) if (*s == ':') colons-- ;
  while (s + len < end && s[len] != ':') len++ ;
  if (colons) return 0 ;
  if (kind < 2)
  {
    char fmt[16] = "" ;
    return len < sizeof fmt && (memcpy(fmt, s, len), property_digits(fmt, len)) && strtoul(fmt, 0, 10) == id ;
  }
  for (end = s + len ; s < end ; s++)
  {
    size_t n = 0 ;
    while (s + n < end && s[n] != ',') n++ ;
    if (n == 2 && !memcmp(s, PROPERTY_MEMBER, 2)) return 1 ;
    s += n ;
  }
  return 0 ;
}

/* The property of an edit that changed the len bytes at s into text. Returns what is broken, or 0. */
static inline char const *property_changed (stralloc const *text, char const *s, size_t len, unsigned int kind, unsigned int id)
{
  size_t least = text->len < len ? text->len : len, head = 0, tail = 0, line ;
  while (head < least && text->s[head] == s[head]) head++ ;
  while (tail < least - head && text->s[text->len - 1 - tail] == s[len - 1 - tail]) tail++ ;
  if (kind == 3)
  {
    size_t n = sizeof PROPERTY_LINE ;
    if (head + tail != len) return "a byte of another line is gone" ;
    if (text->len != len + n && text->len != len + n + 1) return "more than a line was added" ;
    if (!memmem(text->s, text->len, PROPERTY_LINE "\n", n)) return "the line is not there" ;
    return property_count(text->s, text->len, &line) == property_count(s, len, &line) + 1 ? 0 : "the line is not one of its own" ;
  }
  if (property_count(s, len, &line) != 1) return "changed without exactly one entry" ;
  if (head < line) return "a byte before the entry changed" ;
  if (memchr(s + line, '\n', len - tail - line)) return "a byte after the entry changed" ;
  if (kind < 2 && !(property_digits(s + head, len - head - tail) && property_digits(text->s + head, text->len - head - tail)))
    return "more than an id changed" ;
  if (kind == 2 && head + tail != len) return "a byte of the list is gone" ;
  if (kind == 2 && text->len - len > sizeof PROPERTY_MEMBER) return "more than the member was added" ;
  return property_done(text, line, kind, id) ? 0 : "the edit is not there" ;
}

/* Makes the edit on a copy of the len bytes at s. *ret_changed counts those that change something. Returns what is broken, or 0. */
static inline char const *property_check (char const *s, size_t len, unsigned int kind, unsigned int id, unsigned int *ret_changed)
{
  stralloc text = STRALLOC_ZERO, once = STRALLOC_ZERO ;
  char const *broken = 0 ;
  size_t line ;
  int r ;
  if (!stralloc_copyb(&text, s, len)) abort() ;
  errno = 0 ;
  r = property_edit(&text, kind, id) ;
  if (r != 1 && !property_same(&text, s, len)) broken = "what was not to change did" ;
  else if (r == -1 && errno != ENOENT && errno != ENOTUNIQ && errno != EINVAL) broken = "an errno nobody knows" ;
  else if (kind < 3 && (r == -1 && errno == ENOENT) != (property_count(s, len, &line) == 0)) broken = "ENOENT" ;
  else if (kind < 3 && (r == -1 && errno == ENOTUNIQ) != (property_count(s, len, &line) > 1)) broken = "ENOTUNIQ" ;
  else if (r == 0 && !property_done(&text, line, kind, id)) broken = "not done, and said to be" ;
  else if (r == 1) broken = property_changed(&text, s, len, kind, id) ;
  if (r == 1 && !broken && kind < 3)
  {
    if (!stralloc_copy(&once, &text)) abort() ;
    if (property_edit(&text, kind, id) != 0 || !property_same(&text, once.s, once.len)) broken = "a second edit changed something" ;
  }
  if (r == 1) ++*ret_changed ;
  stralloc_free(&text) ;
  stralloc_free(&once) ;
  return broken ;
}

#endif
