/* ISC license. */

#ifndef STILLROOT_MODSTATE_H
#define STILLROOT_MODSTATE_H

/* What the root keeps of its mods: the records of those that are applied, and those that are about to be. Root's alone. */

struct modstate
{
  int rootfd ;
  int fd ;           /* of all that follows */
  int recordsfd ;    /* a record for each mod that is applied */
  int stagingfd ;    /* a directory for each that is about to be */
  int workfd ;       /* for downloads, empty */
  int lockfd ;       /* one process at a time */
} ;

/* Makes the directories where they are missing, and locks them, for as long as this process lives. Returns 0; or -1 and sets errno: EBUSY, another process has
   the lock; *ret_what then names what could not be made. */
extern int modstate_open (int rootfd, struct modstate *ret, char const **ret_what) ;

/* Notes that the mod with this record is the image's, and whether it is: no new container is rid of it. */
extern void modstate_set_baked (struct modstate const *, char const *record) ;
extern int modstate_is_baked (struct modstate const *, char const *record) ;

/* Removes the directories of downloads and of stagings, when nothing is in use any more; a staging that is still to be put in its place stays. */
extern void modstate_clean (struct modstate const *) ;

#endif
