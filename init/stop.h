/* ISC license. */

#ifndef STILLROOT_STOP_H
#define STILLROOT_STOP_H

#include <sys/types.h>

/* Stops the container in order: stage 2 with its CMD, the services, cont-finish.d, then s6-svscan, whose finish program ends the rest.
   Waits for each, kills what outlasts its grace. Returns at once when another process is at it already. */
extern void stop_run (int runfd, int contenvfd) ;

/* Tells s6-svscan to stop the container, also where the CMD gets the container's signals.
   Returns 1 when it is told; 0: none runs; -1 and sets errno. */
extern int stop_ask (int runfd) ;

/* Whether a stop has begun. */
extern int stop_begun (int runfd) ;

#endif
