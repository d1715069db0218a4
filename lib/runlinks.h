/* ISC license. */

#ifndef STILLROOT_RUNLINKS_H
#define STILLROOT_RUNLINKS_H

#include <sys/types.h>

/* The links in /run that lead to a state directory elsewhere: see STATEDIR in paths.h. init-bake puts them into the image, where a
   read-only root keeps them. target: ANCHOR_TO_DEV or ANCHOR_TO_SHM. */

/* What stands directly in /run and is ours, relative to it; ends with 0. Not ROOT_UNCAUGHT_LOGS: logs are no state, and may have a volume. */
extern char const *const runlinks_names[] ;

/* Whether every link is there, and RUN_ANCHOR leads to target. */
extern int runlinks_lead (int runfd, char const *target) ;

/* Whether they are there, root's, and the user euid, who may write to /run, cannot remove them, as it is sticky: so are the image's, also in
   Podman's tmpfs, which is filled with what the image has. */
extern int runlinks_stay (int runfd, char const *target, uid_t euid) ;

/* Makes it so. A link that is right, and root's or the caller's, stays untouched; what else has the name of one is removed, with all that is in it.
   Returns 0, or -1 and sets errno, with the name at fault in *ret_what. */
extern int runlinks_make (int runfd, char const *target, char const **ret_what) ;

#endif
