/* ISC license. */

/* Any content of a record: what is read of it is written and read again, and is the same. */

#include "fuzz.h"
#include "layerpath.h"
#include "modname.h"
#include "modrecord.h"

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  int dir = fuzz_dir(), r ;
  stralloc mod = STRALLOC_ZERO, again = STRALLOC_ZERO, file = STRALLOC_ZERO ;
  char digest[DIGEST_MAX + 1], digest2[DIGEST_MAX + 1] ;
  struct layer l = LAYER_ZERO, m = LAYER_ZERO ;
  size_t i = 0 ;
  fuzz_put(dir, "record", s, len, 0600) ;
  r = modrecord_read(dir, "record", &mod, digest, &l) ;
  if (r == 1)
  {
    if (!digest_is_valid(digest) || modrecord_write(dir, "again", mod.s, digest, &l) == -1) abort() ;
    if (modrecord_read(dir, "again", &again, digest2, &m) != 1) abort() ;
    if (strcmp(mod.s, again.s) || strcmp(digest, digest2) || l.n != m.n || l.nfiles != m.nfiles || l.nfiles > l.n) abort() ;
    for (; i < l.n ; i++)
    {
      struct layer_entry const *a = l.entries + i, *b = m.entries + i ;
      char clean[LAYERPATH_MAX + 1] ;
      char const *why ;
      if (strcmp(l.names.s + a->path, m.names.s + b->path) || a->type != b->type || a->mode != b->mode || a->number != b->number) abort() ;
      if (a->mode & ~(mode_t)0755 || a->number >= LAYER_ENTRIES_MAX) abort() ;
      if (layerpath_clean(l.names.s + a->path, clean, &why) == -1 || strcmp(clean, l.names.s + a->path)) abort() ;
    }
    if (modname_file(mod.s, &file) && (strchr(file.s, '/') || file.s[0] == '.')) abort() ;
    layer_free(&l) ;
    layer_free(&m) ;
  }
  else if (r == 0 || l.entries || mod.s) abort() ;
  stralloc_free(&mod) ;
  stralloc_free(&again) ;
  stralloc_free(&file) ;
  return 0 ;
}
