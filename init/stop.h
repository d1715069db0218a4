/* ISC license. */

#ifndef STILLROOT_STOP_H
#define STILLROOT_STOP_H

#include <sys/types.h>

/* Stops the container in order: stage 2 with its CMD, the services, cont-finish.d, then s6-svscan, whose finish program ends the rest.
   Waits for each, kills what outlasts its grace. Returns at once when another process is at it already. */
extern void stop_run (int runfd, int contenvfd) ;

/* Tells process pid, s6-svscan or stage 2, to stop the container, also where the CMD gets the container's signals.
   Returns 0, or -1 and sets errno. */
extern int stop_ask (int runfd, pid_t pid) ;

/* Whether a stop has begun. */
extern int stop_begun (int runfd) ;

#endif
