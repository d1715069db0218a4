/* ISC license. */

#ifndef STILLROOT_ETCDIR_H
#define STILLROOT_ETCDIR_H

#include <limits.h>

#define ETCDIR_MAX (NAME_MAX + 32)

/* Where the image keeps its services.d, cont-init.d and so on: ROOT_ETC, or the directory of a runtime profile below ROOT_PROFILES.
   profile: its name; 0 or "": none. Writes the path, relative to the root, into ret.
   Returns 0, or -1 with errno EINVAL: the name is none of a directory. */
extern int etcdir_path (char const *profile, char ret[ETCDIR_MAX]) ;

#endif
