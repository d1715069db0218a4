/* ISC license. */

#ifndef STILLROOT_CHILDWAIT_H
#define STILLROOT_CHILDWAIT_H

#include <sys/types.h>

/* Waits until the child pid has ended, at most ms milliseconds (more than INT_MAX: for ever), and reaps it, and only it.
   SIGCHLD is blocked meanwhile. Needs clock_start(). Returns 0 with *ret_wstat set, or -1 and sets errno: ETIMEDOUT, ECHILD. */
extern int childwait (pid_t pid, unsigned int ms, int *ret_wstat) ;

#endif
