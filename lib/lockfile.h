/* ISC license. */

#ifndef STILLROOT_LOCKFILE_H
#define STILLROOT_LOCKFILE_H

#include <sys/types.h>

/* Lock files as skalibs' fd_lock makes them: fcntl(2) write locks, which end with their process and name it.
   A pid file tells who once was; the lock tells who is. */

/* Creates name in dirfd where it is missing and locks it for this process, for as long as it lives or the descriptor is open.
   Returns the descriptor, or -1 and sets errno: EBUSY another process has it. */
extern int lockfile_take (int dirfd, char const *name) ;

/* Gives up the lock that fd is of, and takes the file away first: unlike one whose holder has ended, it is not there any more. */
extern void lockfile_retire (int dirfd, char const *name, int fd) ;

/* The same as lockfile_take(), but waits for another process at most ms milliseconds (more than INT_MAX: for ever). Uses SIGALRM and the real-time timer
   where it has to wait. */
extern int lockfile_take_within (int dirfd, char const *name, unsigned int ms) ;

/* Creates name in dirfd where it is missing, and leaves it unlocked: it can then be locked where there is no room for one more file.
   Returns 0, or -1 and sets errno. */
extern int lockfile_make (int dirfd, char const *name) ;

/* The pid of the process that has the lock; 0: nobody, or no such file, or one that this PID namespace does not know; -1 and sets errno. */
extern pid_t lockfile_holder (int dirfd, char const *name) ;

/* 1: a process other than this one has the lock, wherever it is; 0: nobody, or no such file; -1 and sets errno. */
extern int lockfile_is_held (int dirfd, char const *name) ;

/* Sends sig to the process that has the lock, and to no other one that has got its number. Returns 1 when it is sent; 0: nobody has the lock,
   or no such file; -1 and sets errno. */
extern int lockfile_signal (int dirfd, char const *name, int sig) ;

/* Waits until nobody has the lock, at most ms milliseconds (more than INT_MAX: for ever). Uses SIGALRM and the real-time timer.
   Returns 0 when it is free or there is no such file, or -1 and sets errno: EINTR the time is over. */
extern int lockfile_wait (int dirfd, char const *name, unsigned int ms) ;

#endif
