/* ISC license. */

#ifndef STILLROOT_STOP_H
#define STILLROOT_STOP_H

/* Stops the container in order: stage 2 with its CMD, the services, then s6-svscan, whose finish program ends the rest.
   Waits for each, kills what outlasts its grace. Returns at once when another process is at it already. */
extern void stop_run (int runfd, int contenvfd) ;

/* Whether a stop has begun. */
extern int stop_begun (int runfd) ;

/* The variables that bound a stop, and their defaults in milliseconds: s6-overlay's. */
#define SERVICES_GRACETIME "S6_SERVICES_GRACETIME"
#define SERVICES_GRACETIME_DEFAULT 3000
#define KILL_GRACETIME "S6_KILL_GRACETIME"
#define KILL_GRACETIME_DEFAULT 3000

#endif
