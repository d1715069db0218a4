/* ISC license. */

/* A reference of any bytes: no crash; what is taken has only the characters that it may have, and is, written out, the same reference again. */

#include "fuzz.h"
#include "imageref.h"
#include "oneline.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static void check (struct imageref const *r)
{
  char owner[IMAGEREF_NAME_MAX + 1] ;
  if (!*r->registry || r->registry[strspn(r->registry, LOWER ".-:[]")]) abort() ;
  if (!*r->repository || r->repository[strspn(r->repository, LOWER "._-/")]) abort() ;
  if (r->repository[0] == '/' || strstr(r->repository, "..") || strstr(r->repository, "//") || strstr(r->repository, "/.")) abort() ;
  if (r->tag[strspn(r->tag, LOWER UPPER "_.-")] || *r->tag == '.' || *r->tag == '-') abort() ;
  if (*r->digest && !digest_is_valid(r->digest)) abort() ;
  if (strlen(r->registry) + 1 + strlen(r->repository) > IMAGEREF_NAME_MAX || strlen(r->tag) > IMAGEREF_TAG_MAX) abort() ;
  if (!*imageref_host(r) || (!*r->digest && !*r->tag)) abort() ;
  imageref_owner(r, owner) ;
  if (!*owner || strchr(owner, '/') || strncmp(owner, r->repository, strlen(owner))) abort() ;
}

static void check_again (struct imageref const *r, int force_registry)
{
  char text[2 * IMAGEREF_NAME_MAX + IMAGEREF_TAG_MAX + DIGEST_MAX] ;
  struct imageref again ;
  char const *why ;
  snprintf(text, sizeof text, "%s/%s%s%s%s%s", r->registry, r->repository, *r->tag ? ":" : "", r->tag, *r->digest ? "@" : "", r->digest) ;
  if (imageref_parse(text, force_registry, &again, &why) == -1) abort() ;
  if (strcmp(r->registry, again.registry) || strcmp(r->repository, again.repository)) abort() ;
  if (strcmp(r->tag, again.tag) || strcmp(r->digest, again.digest)) abort() ;
}

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  char *text = malloc(len + 1) ;
  int force_registry = 0 ;
  if (!text) abort() ;
  if (len) memcpy(text, s, len) ;
  text[len] = 0 ;
  for (; force_registry < 2 ; force_registry++)
  {
    struct imageref r ;
    char const *why = 0 ;
    if (imageref_parse(text, force_registry, &r, &why) == -1)
    {
      if (!why || !*why || !is_oneline(why)) abort() ;
      continue ;
    }
    check(&r) ;
    check_again(&r, force_registry) ;
    if (!force_registry && !strncmp(r.repository, "linuxserver/", 12) && (!strcmp(r.registry, "docker.io") || !strcmp(r.registry, "ghcr.io"))) abort() ;
  }
  free(text) ;
  return 0 ;
}
