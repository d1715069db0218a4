/* ISC license. */

#ifndef STILLROOT_DESCENDANTS_H
#define STILLROOT_DESCENDANTS_H

#include <sys/types.h>

#include "processtable.h"

/* The processes below one: its children, theirs, and so on. Where that one is process 1, they are all that its PID namespace has. Else they
   are found in /proc by their parents, and nobody else ever gets a signal: not who shares the PID namespace, not who has got the number of
   a process that has ended. The top is the caller or a process that it descends from, and a child subreaper (PR_SET_CHILD_SUBREAPER):
   what loses its parent stays below it, as its child. */

/* Sends sig to the process pid if it is below top. Returns 1 when it is sent; 0: it is not below, has ended, or is hidden (hidepid);
   -1 and sets errno: ENOENT /proc is not mounted, or shows another PID namespace; EPERM. */
extern int descendants_signal (pid_t top, pid_t pid, int sig) ;

/* Sends sig to all that is below top, but not to the caller, and not to what is in told; whoever gets it is added there. told may be 0.
   Returns 0, or -1 and sets errno when some of them may be out of reach: ENOENT as above, and nobody has got it;
   ENOSYS there are no descriptors of processes, and only the caller's own children have got it, whose numbers nobody else can have; EPERM. */
extern int descendants_signal_all (pid_t top, int sig, struct processtable *told) ;

#endif
