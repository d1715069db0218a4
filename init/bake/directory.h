/* ISC license. */

#ifndef STILLROOT_BAKE_DIRECTORY_H
#define STILLROOT_BAKE_DIRECTORY_H

#include <sys/types.h>

#include "image.h"

/* Makes the directory name of the image where it is missing, and gives it to owner and the group of the same number. Exits where that
   cannot be. */
extern void directory_bake (struct image const *, char const *name, uid_t owner) ;

/* Makes /run, root's, with the links in it that lead to a state directory in memory (runlinks.h) and the mode that a tmpfs on it is to have
   (rundir.h). Exits where that cannot be. */
extern void directory_bake_run (struct image const *) ;

/* Makes /var/run a link to /run, unless there are files in it. Exits where that cannot be. */
extern void directory_bake_var_run (struct image const *) ;

#endif
