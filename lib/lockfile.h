/* ISC license. */

#ifndef STILLROOT_LOCKFILE_H
#define STILLROOT_LOCKFILE_H

#include <sys/types.h>

/* Lock files as skalibs' fd_lock makes them: fcntl(2) write locks, which end with their process and name it.
   A pid file tells who once was; the lock tells who is. */

/* Creates name in dirfd where it is missing and locks it for this process, for as long as it lives or the descriptor is open.
   Returns the descriptor, or -1 and sets errno: EBUSY another process has it. */
extern int lockfile_take (int dirfd, char const *name) ;

/* The same, but waits for another process at most ms milliseconds (more than INT_MAX: for ever). Uses SIGALRM and the real-time timer
   where it has to wait. */
extern int lockfile_take_within (int dirfd, char const *name, unsigned int ms) ;

/* Creates name in dirfd where it is missing, and leaves it unlocked: it can then be locked where there is no room for one more file.
   Returns 0, or -1 and sets errno. */
extern int lockfile_make (int dirfd, char const *name) ;

/* The pid of the process that has the lock; 0: nobody, or no such file; -1 and sets errno. */
extern pid_t lockfile_holder (int dirfd, char const *name) ;

/* Waits until nobody has the lock, at most ms milliseconds (more than INT_MAX: for ever). Uses SIGALRM and the real-time timer.
   Returns 0 when it is free or there is no such file, or -1 and sets errno: EINTR the time is over. */
extern int lockfile_wait (int dirfd, char const *name, unsigned int ms) ;

#endif
