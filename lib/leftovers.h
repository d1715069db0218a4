/* ISC license. */

#ifndef STILLROOT_LEFTOVERS_H
#define STILLROOT_LEFTOVERS_H

/* Ends all that is left below this process, which is process 1 or a child subreaper, and reaps it: TERM (and CONT for what is stopped), KILL
   after grace milliseconds. Returns as soon as no child is left. SIGCHLD stays blocked. Calls clock_start().
   Returns 0, or -1 and sets errno when something is left: as descendants_signal_all(), at once where nobody can be found; EBUSY it does not
   end, or is another user's. */
extern int leftovers_end (unsigned int grace) ;

#endif
