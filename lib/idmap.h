/* ISC license. */

#ifndef STILLROOT_IDMAP_H
#define STILLROOT_IDMAP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <skalibs/stralloc.h>

/* Which uids and gids there are in a user namespace: user_namespaces(7). */

/* the kernel takes no more */
#define IDMAP_RANGES_MAX 340

struct idmap
{
  size_t n ;                /* ranges; 0: what is mapped is not known */
  int identity ;            /* every id is the host's own, as outside of user namespaces */
  struct { uint32_t first, count ; } ranges[IDMAP_RANGES_MAX] ;
} ;

#define IDMAP_ZERO { .n = 0 }

/* Reads a map from s, the text of a uid_map or gid_map: a line per range, FIRST FIRST-OUTSIDE COUNT.
   Returns 0; or -1 and sets errno (EINVAL), *ret untouched: it is no map. An empty one, which is still to be written, is none. */
extern int idmap_parse (struct idmap *ret, char const *s) ;

/* The same from the file at path. Returns 0, or -1 and sets errno, *ret untouched. */
extern int idmap_read (struct idmap *ret, char const *path) ;

/* Whether the id is mapped. Where nothing is known, each one is; (uid_t)-1, no id, is as well. */
extern int idmap_has (struct idmap const *, uint32_t id) ;

/* Appends the ids as people write them, "0-65535 100000", and "..." for what is behind the first few ranges (no NUL).
   Returns 1, or 0 without memory. */
extern int idmap_format (struct idmap const *, stralloc *) ;

/* Appends which of the two ids are not mapped, "uid 911 and gid 911 are not mapped in this user namespace (uids 0-65535, gids 0-65535)" (no NUL).
   user, group: what the ids are called in the text, "uid" and "gid".
   Returns 1, or 0 when both are mapped, and nothing is appended. */
extern int idmap_lack (struct idmap const *uids, struct idmap const *gids, uid_t uid, gid_t gid, char const *user, char const *group, stralloc *) ;

#endif
