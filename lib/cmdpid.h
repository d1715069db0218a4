/* ISC license. */

#ifndef STILLROOT_CMDPID_H
#define STILLROOT_CMDPID_H

#include <sys/types.h>

/* RUN_CMDPID: the pid of the CMD, there as long as the CMD is to get the container's signals. */

/* Returns 0, or -1 and sets errno. */
extern int cmdpid_write (int runfd, pid_t) ;

/* Returns the pid, or 0: there is none. */
extern pid_t cmdpid_read (int runfd) ;

extern void cmdpid_remove (int runfd) ;

#endif
