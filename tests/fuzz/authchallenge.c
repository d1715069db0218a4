/* ISC license. */

/* A header and a token server's answer of any bytes: no crash; a challenge's URL and a token have nothing that ends a header or an argument. */

#include "fuzz.h"
#include "authchallenge.h"
#include "oneline.h"

/* Visible ASCII. */
static int is_visible (char const *s, size_t len)
{
  size_t i = 0 ;
  for (; i < len ; i++) if (s[i] <= 32 || s[i] >= 127) return 0 ;
  return 1 ;
}

/* Aborts unless the same challenge, written anew, is read as the same. */
static void check_again (struct authchallenge const *c)
{
  struct { char const *name, *value ; } const t[] = { { "scope", c->scope }, { "service", c->service }, { "realm", c->realm } } ;
  struct authchallenge again ;
  stralloc sa = STRALLOC_ZERO ;
  size_t i = 0 ;
  if (!stralloc_cats(&sa, "Basic realm=\"x\", BEARER ")) abort() ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    char const *p = t[i].value ;
    if (!stralloc_cats(&sa, t[i].name) || !stralloc_cats(&sa, "=\"")) abort() ;
    for (; *p ; p++) if (!stralloc_cats(&sa, "\\") || !stralloc_append(&sa, *p)) abort() ;
    if (!stralloc_cats(&sa, "\", ")) abort() ;
  }
  if (!stralloc_0(&sa) || authchallenge_parse(sa.s, &again) != 1) abort() ;
  if (strcmp(c->realm, again.realm) || strcmp(c->service, again.service) || strcmp(c->scope, again.scope)) abort() ;
  stralloc_free(&sa) ;
}

static void check_challenge (char const *text)
{
  struct authchallenge c ;
  stralloc url = STRALLOC_ZERO ;
  if (authchallenge_parse(text, &c) != 1) return ;
  if (strlen(c.realm) > AUTHCHALLENGE_REALM_MAX || strlen(c.service) > AUTHCHALLENGE_PARAMETER_MAX || strlen(c.scope) > AUTHCHALLENGE_PARAMETER_MAX) abort() ;
  if (!is_visible(c.realm, strlen(c.realm)) || !is_oneline(c.service) || !is_oneline(c.scope)) abort() ;
  if (authchallenge_url(&c, "repository:a/b:pull", &url) != 1) abort() ;
  if (!is_visible(url.s, url.len) || url.len < strlen(c.realm) || memcmp(url.s, c.realm, strlen(c.realm))) abort() ;
  if (memchr(url.s, '"', url.len) || memchr(url.s, '\\', url.len) || memchr(url.s, '#', url.len)) abort() ;
  check_again(&c) ;
  stralloc_free(&url) ;
}

static void check_token (char const *s, size_t len)
{
  stralloc token = STRALLOC_ZERO ;
  int r = authchallenge_token(s, len, &token) ;
  if (r == 1 ? !token.len || !is_visible(token.s, token.len) || memchr(token.s, '"', token.len) || memchr(token.s, '\\', token.len) : r || token.len) abort() ;
  stralloc_free(&token) ;
}

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  char *text = malloc(len + 1) ;
  if (!text) abort() ;
  if (len) memcpy(text, s, len) ;
  text[len] = 0 ;
  check_challenge(text) ;
  /* without the NUL: what is read behind the end is found */
  text = realloc(text, len ? len : 1) ;
  if (!text) abort() ;
  check_token(text, len) ;
  free(text) ;
  return 0 ;
}
