/* ISC license. */

#ifndef STILLROOT_LAYERPATH_H
#define STILLROOT_LAYERPATH_H

#include <stddef.h>

/* Names of a layer's entries: what is hostile about them, without touching a file. */

#define LAYERPATH_MAX 4095

/* Makes path, as an archive has it, one relative to the root without "." and empty steps and without a slash at its end, in ret, LAYERPATH_MAX + 1
   bytes; "" is the root itself. Returns 0; -1: it is not to be used, and *ret_why says why, for the end of a sentence: "it is absolute",
   "it leads out of the root" (any ..), "it is too long" (a step of more than NAME_MAX too), "its name is no UTF-8", "it is a whiteout" (a step of .wh.*),
   "its name has control characters" (those of U+0080 to U+009F too). */
extern int layerpath_clean (char const *path, char *ret, char const **ret_why) ;

/* Whether target, that of a symbolic link at path (clean), leads out of the root: more steps up than there are. An absolute one does not: it is
   the container's own root. */
extern int layerpath_leads_out (char const *path, char const *target) ;

/* Whether path (clean) is of what earlier versions of the family's mods had, which is not to be used: etc/cont-init.d, etc/services.d,
   or in one of them. */
extern int layerpath_is_old_style (char const *path) ;

/* Whether path (clean) is where the program keeps its own state, or in it: no layer has a say in that. */
extern int layerpath_is_reserved (char const *path) ;

#endif
