/* ISC license. */

#ifndef STILLROOT_CRONTAB_H
#define STILLROOT_CRONTAB_H

#include <sys/types.h>

#include <skalibs/stralloc.h>

/* Crontabs: where they may be taken from, and how they are put where a cron daemon trusts what it finds. */

/* One that is larger is no crontab. */
#define CRONTAB_MAX 262144

/* Each appends the crontab to text, and returns 1; or 0, there is none; or -1 and sets errno, for crontab_strerror(), text as it was.
   No link is followed; nothing but a regular file is read. path is relative to rootfd, without "." and "..". */

/* Root's: it and the directory it stands in must be such that root alone can change them: owned by root and writable by no one else,
   or of the root's own file system where that is read-only. A directory above may be another's, as /defaults is: who can write that
   cannot put into it what is root's, and stands in a directory of root's; rename(2) of a directory to another parent takes the right to
   write it. */
extern int crontab_read_trusted (int rootfd, char const *path, stralloc *text) ;

/* A user's, from a place that the user can write: it must have one link only, and be what the user can read. */
extern int crontab_read_user (int rootfd, char const *path, uid_t uid, gid_t gid, stralloc *text) ;

/* From a directory that root alone can write. *ret_trusted: whether the file is such too. */
extern int crontab_read (int dirfd, char const *name, stralloc *text, int *ret_trusted) ;

/* What keeps a crontab from being read, in words that follow its name and a colon. */
extern char const *crontab_strerror (int e) ;

/* Whether there is more in it than comments and blank lines. */
extern int crontab_has_entries (char const *s, size_t len) ;

#endif
