/* ISC license. */

/* A manifest of any bytes, on several machines: no crash; what is taken has a digest and a size, what is not has its reason on one line. */

#include "fuzz.h"
#include "manifest.h"

static struct platform const machines[] =
{
  { "amd64", "" }, { "arm64", "" }, { "arm", "v7" }, { "arm", "v5" }, { "riscv64", "" }
} ;

static void check_reason (stralloc const *why)
{
  size_t i = 0 ;
  /* its longest: nine platforms of two words each */
  if (!why->len || why->len > 9 * 2 * 66 + 64) abort() ;
  for (; i < why->len ; i++) if (why->s[i] < 32 || why->s[i] > 126) abort() ;
}

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  char *text = malloc(len ? len : 1) ;
  size_t i = 0, taken = 0, images = 0 ;
  char digest[DIGEST_MAX + 1] = "" ;
  if (!text) abort() ;
  if (len) memcpy(text, s, len) ;
  for (; i < sizeof machines / sizeof machines[0] ; i++)
  {
    struct manifest m ;
    stralloc why = STRALLOC_ZERO ;
    if (manifest_parse(text, len, machines + i, &m, &why) == -1) check_reason(&why) ;
    else
    {
      if (why.len || !digest_is_valid(m.digest) || m.size > INT64_MAX) abort() ;
      if (m.kind != MANIFEST_INDEX && m.kind != MANIFEST_IMAGE) abort() ;
      /* a layer is the same one for every machine */
      if (m.kind == MANIFEST_IMAGE && images++ && strcmp(digest, m.digest)) abort() ;
      strcpy(digest, m.digest) ;
      taken++ ;
    }
    stralloc_free(&why) ;
  }
  if (images && images != i) abort() ;
  if (images && taken != images) abort() ;
  free(text) ;
  return 0 ;
}
