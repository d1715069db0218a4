/* ISC license. */

#ifndef STILLROOT_CRONSPOOL_H
#define STILLROOT_CRONSPOOL_H

#include <sys/types.h>

#include <skalibs/stralloc.h>

/* The cron daemon of an image, and the directory that it reads crontabs from: one file a user, named like it. */

enum crondaemon
{
  CRONDAEMON_NONE,
  CRONDAEMON_BUSYBOX,   /* busybox's crond: takes any spool, and no file that is not root's */
  CRONDAEMON_CRON       /* Debian's cron: has one spool, and takes files of mode 0600 only */
} ;

/* The one that rootfd has: busybox's, where crond is a name of busybox, else Debian's. */
extern enum crondaemon crondaemon_find (int rootfd) ;

/* Opens the spool that the daemon has when nobody gives it one: /var/spool/cron/crontabs, or what that leads to.
   Returns a descriptor, or -1 and sets errno; EPERM: others than root and the spool's own group can change it. */
extern int cronspool_open (int rootfd) ;

/* Makes the crontab of user, whose id is uid, what the daemon takes it as. What is right already is not written.
   Returns 1 when it was written, 0 when it was right, -1 and sets errno: the old one is then as it was. */
extern int cronspool_install (int spoolfd, enum crondaemon, char const *user, uid_t uid, char const *s, size_t len) ;

/* Copies to the spool tofd, for busybox, what stands in fromfd and root alone can change. Returns 0, or -1 and sets errno. */
extern int cronspool_copy (int fromfd, int tofd) ;

/* Appends the names of those that have a crontab with entries to names, separated by ", " (no NUL). Returns 0, or -1 and sets errno. */
extern int cronspool_list (int spoolfd, stralloc *names) ;

#endif
