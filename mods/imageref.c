/* ISC license. */

#include <arpa/inet.h>
#include <string.h>

#include <skalibs/bytestr.h>
#include <skalibs/types.h>

#include "imageref.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

#define DOCKER "docker.io"
#define DOCKER_HOST "registry-1.docker.io"
#define DOCKER_OWNER "library/"
#define FAMILY "lscr.io"
#define FAMILY_OWNER "linuxserver/"

/* name, ':', tag, '@', digest */
#define REFERENCE_MAX (IMAGEREF_NAME_MAX + 1 + IMAGEREF_TAG_MAX + 1 + DIGEST_MAX)
#define PORT_DIGITS 5

static int is_among (char const *s, char const *const *list, size_t n)
{
  size_t i = 0 ;
  for (; i < n ; i++) if (!strcmp(s, list[i])) return 1 ;
  return 0 ;
}

/* A name or an address of IPv4. */
static int is_host (char const *s)
{
  for (;;)
  {
    size_t n = strspn(s, LOWER UPPER DIGITS "-") ;
    if (!n || s[0] == '-' || s[n - 1] == '-') return 0 ;
    if (!s[n]) return 1 ;
    if (s[n] != '.') return 0 ;
    s += n + 1 ;
  }
}

static int is_ipv6 (char const *s)
{
  struct in6_addr address ;
  return inet_pton(AF_INET6, s, &address) == 1 ;
}

static int is_port (char const *s)
{
  size_t n = strspn(s, DIGITS) ;
  uint32_t u ;
  return n && n <= PORT_DIGITS && !s[n] && uint32_scan(s, &u) && u >= 1 && u <= 65535 ;
}

/* HOST, or an address of IPv6 in brackets, and perhaps :PORT. s is shorter than a name can be. */
static int is_registry (char const *s)
{
  char host[IMAGEREF_NAME_MAX + 1] ;
  int bracket = *s == '[' ;
  size_t n ;
  s += bracket ;
  n = strcspn(s, bracket ? "]" : ":") ;
  if (bracket && !s[n]) return 0 ;
  memcpy(host, s, n) ;
  host[n] = 0 ;
  s += n + (size_t)bracket ;
  return (bracket ? is_ipv6(host) : is_host(host)) && (!*s || (*s == ':' && is_port(s + 1))) ;
}

/* Length of what stands between two words of a step, or between two steps; 0: it is nothing of that. */
static size_t separator_len (char const *s)
{
  if (*s == '-') return strspn(s, "-") ;
  if (*s == '_') return s[1] == '_' ? 2 : 1 ;
  return *s == '.' || *s == '/' ;
}

/* Returns what is wrong with a repository, or 0. */
static char const *repository_error (char const *s)
{
  if (!*s) return "it names no repository" ;
  if (s[strcspn(s, UPPER)]) return "its name has upper case letters" ;
  if (s[strspn(s, LOWER DIGITS "._-/")]) return "its name has a character that none has" ;
  for (;;)
  {
    size_t n = strspn(s, LOWER DIGITS) ;
    if (!n) return "its name has a /, ., _ or - where none can be" ;
    s += n ;
    if (!*s) return 0 ;
    s += separator_len(s) ;
  }
}

/* Returns what is wrong with a tag, or 0. */
static char const *tag_error (char const *s)
{
  if (!*s) return "its tag is empty" ;
  if (s[strspn(s, LOWER UPPER DIGITS "_.-")]) return "its tag has a character that none has" ;
  if (*s == '.' || *s == '-') return "its tag begins with a . or -" ;
  if (strlen(s) > IMAGEREF_TAG_MAX) return "its tag is longer than 128 characters" ;
  return 0 ;
}

/* Whose name a registry is known by, and which one the image is taken from. */
static char const *registry_of (char const *named, char const *repository, int force_registry)
{
  static char const *const docker[] = { DOCKER, "index.docker.io", DOCKER_HOST } ;
  static char const *const moved[] = { DOCKER, "ghcr.io" } ;
  char const *registry = is_among(named, docker, sizeof docker / sizeof docker[0]) ? DOCKER : named ;
  if (force_registry || strncmp(repository, FAMILY_OWNER, sizeof FAMILY_OWNER - 1)) return registry ;
  return is_among(registry, moved, sizeof moved / sizeof moved[0]) ? FAMILY : registry ;
}

/* Takes name apart, which has [REGISTRY/]REPOSITORY. Returns what is wrong with it, or 0. */
static char const *take_name (char *name, int force_registry, struct imageref *ret)
{
  char *slash = strchr(name, '/') ;
  char const *registry = DOCKER, *owner, *e ;
  if (strlen(name) > IMAGEREF_NAME_MAX) return "its name is longer than 255 characters" ;
  if (slash) *slash = 0 ;
  if (slash && (strpbrk(name, ".:") || !strcmp(name, "localhost")))
  {
    if (!is_registry(name)) return "its registry is no HOST or HOST:PORT" ;
    /* names of hosts are the same in any case */
    case_lowers(name) ;
    registry = name ;
    name = slash + 1 ;
  }
  else if (slash) *slash = '/' ;
  e = repository_error(name) ;
  if (e) return e ;
  registry = registry_of(registry, name, force_registry) ;
  owner = !strcmp(registry, DOCKER) && !strchr(name, '/') ? DOCKER_OWNER : "" ;
  /* with what stands for nothing, too: it must be a name that can be written */
  if (strlen(registry) + 1 + strlen(owner) + strlen(name) > IMAGEREF_NAME_MAX) return "its name is longer than 255 characters" ;
  strcpy(ret->registry, registry) ;
  strcpy(ret->repository, owner) ;
  strcat(ret->repository, name) ;
  return 0 ;
}

/* As imageref_parse(), but cuts s, and returns what is wrong, or 0; *ret is anything then. */
static char const *parse (char *s, int force_registry, struct imageref *ret)
{
  char *at = strchr(s, '@'), *slash, *colon ;
  char const *tag = at ? "" : "latest", *e ;
  if (at) *at++ = 0 ;
  if (at && !digest_is_valid(at)) return "its digest is not sha256: with 64 or sha512: with 128 of 0-9 and a-f" ;
  slash = strrchr(s, '/') ;
  colon = strchr(slash ? slash : s, ':') ;
  if (colon)
  {
    *colon = 0 ;
    tag = colon + 1 ;
    e = tag_error(tag) ;
    if (e) return e ;
  }
  e = take_name(s, force_registry, ret) ;
  if (e) return e ;
  strcpy(ret->tag, tag) ;
  strcpy(ret->digest, at ? at : "") ;
  return 0 ;
}

int imageref_parse (char const *s, int force_registry, struct imageref *ret, char const **ret_why)
{
  char buf[REFERENCE_MAX + 1] ;
  struct imageref r ;
  char const *e = 0 ;
  size_t len = strlen(s) ;
  if (!len) e = "it is empty" ;
  else if (strstr(s, "://")) e = "it is a URL, and a reference begins with the host of a registry or a name" ;
  else if (len > REFERENCE_MAX) e = "it is longer than a reference can be" ;
  else
  {
    memcpy(buf, s, len + 1) ;
    e = parse(buf, force_registry, &r) ;
  }
  if (e) return (*ret_why = e, -1) ;
  *ret = r ;
  return 0 ;
}

char const *imageref_host (struct imageref const *r)
{
  return strcmp(r->registry, DOCKER) ? r->registry : DOCKER_HOST ;
}

void imageref_owner (struct imageref const *r, char *ret)
{
  size_t n = strcspn(r->repository, "/") ;
  memcpy(ret, r->repository, n) ;
  ret[n] = 0 ;
}
