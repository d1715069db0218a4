/* ISC license. */

#ifndef STILLROOT_MODRECORD_H
#define STILLROOT_MODRECORD_H

#include <skalibs/stralloc.h>

#include "digest.h"
#include "layer.h"

/* What a mod has put into the root, as JSON: { "mod": NAME, "digest": DIGEST, "entries": [ { "path", "type": "directory"|"file"|"link",
   "mode": "0755", "number": N } ] }, a link without a mode, a directory without a number. In the staging directory it says that all of that is there,
   to be put in its place; in the directory of records (ROOT_MODS_RECORDS), under a name made of the mod's (modname.h), that it is. */

#define MODRECORD_STAGED "record.json"   /* its name in a staging directory */

/* Writes file in dirfd, new, synced, renamed, and syncs dirfd. Returns 0, or -1 and sets errno: EINVAL, mod or digest is none that could be read again. */
extern int modrecord_write (int dirfd, char const *file, char const *mod, char const *digest, struct layer const *) ;

/* Reads file in dirfd; what it has is checked as that of a layer is. mod (replaced, with a NUL), digest (DIGEST_MAX + 1 bytes) and layer (free) may be 0.
   Returns 1; 0: there is none; -1 and sets errno: EINVAL, it is none of ours, damaged. What is not 0 is untouched unless it returns 1. */
extern int modrecord_read (int dirfd, char const *file, stralloc *mod, char *digest, struct layer *layer) ;

/* The record of a mod in the directory of records, as modrecord_read; EINVAL also: mod is empty. */
extern int modrecord_read_mod (int recordsfd, char const *mod, char *digest, struct layer *layer) ;

#endif
