/* ISC license. */

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "authchallenge.h"
#include "oneline.h"

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define UNRESERVED ALPHANUMERIC "-._~"                       /* RFC 3986 */
#define TOKEN_CHARS ALPHANUMERIC "!#$%&'*+-.^_`|~"           /* RFC 9110, 5.6.2 */
#define TOKEN68_CHARS UNRESERVED "+/"                        /* RFC 9110, 11.2 */
/* RFC 3986 without '#': what is appended to a fragment would not be sent */
#define URL_CHARS UNRESERVED ":/?[]@!$&'()*+,;=%"
#define BLANKS " \t"

struct parameter
{
  char const *name, *value ;
  size_t name_len, value_len ;   /* the value's with its quotes */
} ;

static struct { char const *name ; size_t offset, max ; } const fields[] =
{
  { "realm", offsetof(struct authchallenge, realm), AUTHCHALLENGE_REALM_MAX },
  { "service", offsetof(struct authchallenge, service), AUTHCHALLENGE_PARAMETER_MAX },
  { "scope", offsetof(struct authchallenge, scope), AUTHCHALLENGE_PARAMETER_MAX }
} ;

static char const *skip (char const *s)
{
  return s + strspn(s, BLANKS) ;
}

/* Length of the value that s begins with, its quotes included; 0: there is none. */
static size_t value_len (char const *s)
{
  size_t i = 1 ;
  /* without quotes, more than a token: there are registries that write URLs so */
  if (*s != '"') return strcspn(s, BLANKS ",\"") ;
  for (; s[i] && s[i] != '"' ; i++) if (s[i] == '\\' && s[i + 1]) i++ ;
  return s[i] ? i + 1 : 0 ;
}

/* Stores the value without quotes and escapes in ret, max + 1 bytes. Returns 1, or 0: it is too long, or has control characters. */
static int unquote (char const *s, size_t len, char *ret, size_t max)
{
  size_t i = 0, n = 0 ;
  int quoted = *s == '"' ;
  if (quoted) { i++ ; len-- ; }
  for (; i < len ; i++)
  {
    if (quoted && s[i] == '\\') i++ ;
    if (n == max) return 0 ;
    ret[n++] = s[i] ;
  }
  ret[n] = 0 ;
  return is_oneline(ret) ;
}

/* Reads a parameter of a challenge, and moves *s behind it. Returns 1; 0: there is none, but the end or another challenge; -1: it is damaged. */
static int next_parameter (char const **s, struct parameter *ret)
{
  struct parameter p = { .name = *s + strspn(*s, BLANKS ",") } ;
  char const *end ;
  p.name_len = strspn(p.name, TOKEN_CHARS) ;
  if (!p.name_len) return *p.name ? -1 : 0 ;
  p.value = skip(p.name + p.name_len) ;
  if (*p.value != '=') return 0 ;
  p.value = skip(p.value + 1) ;
  p.value_len = value_len(p.value) ;
  end = skip(p.value + p.value_len) ;
  if (!p.value_len || (*end && *end != ',')) return -1 ;
  *s = end ;
  *ret = p ;
  return 1 ;
}

/* Whether realm can be asked. A user in it has no right to be there, and makes a host look like another one. */
static int is_url (char const *realm)
{
  size_t scheme = !strncasecmp(realm, "https://", 8) ? 8 : !strncasecmp(realm, "http://", 7) ? 7 : 0 ;
  char const *authority = realm + scheme ;
  size_t n = strcspn(authority, "/?") ;
  return scheme && n && *authority != ':' && !memchr(authority, '@', n) && !realm[strspn(realm, URL_CHARS)] ;
}

/* Reads the parameters of the challenge Bearer. Returns 1, or -1, *ret untouched. */
static int read_bearer (char const *s, struct authchallenge *ret)
{
  struct authchallenge c = { .realm = "" } ;
  struct parameter p ;
  unsigned int seen = 0 ;
  size_t i ;
  int r ;
  while ((r = next_parameter(&s, &p)) == 1) for (i = 0 ; i < sizeof fields / sizeof fields[0] ; i++)
  {
    if (p.name_len != strlen(fields[i].name) || strncasecmp(p.name, fields[i].name, p.name_len)) continue ;
    /* one that is named twice says two things */
    if (seen & 1u << i || !unquote(p.value, p.value_len, (char *)&c + fields[i].offset, fields[i].max)) return -1 ;
    seen |= 1u << i ;
  }
  if (r == -1 || !is_url(c.realm)) return -1 ;
  *ret = c ;
  return 1 ;
}

/* Length of the credentials (token68) that some challenges have in the place of parameters, with the blanks before; 0: there are none. */
static size_t token68_len (char const *s)
{
  size_t blanks = strspn(s, BLANKS) ;
  size_t n = strspn(s + blanks, TOKEN68_CHARS) ;
  char const *end ;
  if (!blanks || !n) return 0 ;
  n += blanks ;
  n += strspn(s + n, "=") ;
  end = skip(s + n) ;
  return !*end || *end == ',' ? n : 0 ;
}

int authchallenge_parse (char const *s, struct authchallenge *ret)
{
  for (;;)
  {
    struct parameter p ;
    size_t n ;
    int r ;
    s += strspn(s, BLANKS ",") ;
    n = strspn(s, TOKEN_CHARS) ;
    if (!n) return 0 ;
    if (n == sizeof "Bearer" - 1 && !strncasecmp(s, "Bearer", n)) return read_bearer(s + n, ret) ;
    s += n ;
    s += token68_len(s) ;
    while ((r = next_parameter(&s, &p)) == 1) ;
    /* what is behind damage cannot be told from what is in it */
    if (r == -1) return 0 ;
  }
}

static int add_encoded (stralloc *sa, char const *s)
{
  static char const hex[] = "0123456789ABCDEF" ;
  for (; *s ; s++)
  {
    unsigned char c = (unsigned char)*s ;
    char code[3] = { '%', hex[c >> 4], hex[c & 15] } ;
    if (!(strchr(UNRESERVED, *s) ? stralloc_catb(sa, s, 1) : stralloc_catb(sa, code, sizeof code))) return 0 ;
  }
  return 1 ;
}

static int add_parameter (stralloc *sa, char const **separator, char const *name, char const *value)
{
  if (!*value) return 1 ;
  if (!stralloc_cats(sa, *separator) || !stralloc_cats(sa, name) || !add_encoded(sa, value)) return 0 ;
  *separator = "&" ;
  return 1 ;
}

int authchallenge_url (struct authchallenge const *c, char const *scope, stralloc *url)
{
  size_t start = url->len ;
  char const *separator = strchr(c->realm, '?') ? "&" : "?" ;
  if (stralloc_cats(url, c->realm) && add_parameter(url, &separator, "service=", c->service)
   && add_parameter(url, &separator, "scope=", *c->scope ? c->scope : scope)) return 1 ;
  url->len = start ;
  return 0 ;
}

/* Whether s can stand in a header, quoted without escapes. */
static int is_token (char const *s)
{
  char const *p = s ;
  for (; *p ; p++) if (*p <= 32 || *p >= 127 || *p == '"' || *p == '\\') return 0 ;
  return p > s ;
}

int authchallenge_token (char const *s, size_t len, stralloc *token)
{
  static char const *const names[] = { "token", "access_token" } ;
  json_error_t e ;
  json_auto_t *answer = json_loadb(s, len, JSON_REJECT_DUPLICATES, &e) ;
  size_t i = 0 ;
  if (!answer) return json_error_code(&e) == json_error_out_of_memory ? (errno = ENOMEM, -1) : 0 ;
  for (; i < sizeof names / sizeof names[0] ; i++)
  {
    char const *value = json_string_value(json_object_get(answer, names[i])) ;
    if (value && is_token(value)) return stralloc_cats(token, value) ? 1 : -1 ;
  }
  return 0 ;
}
