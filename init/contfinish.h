/* ISC license. */

#ifndef STILLROOT_CONTFINISH_H
#define STILLROOT_CONTFINISH_H

/* Runs the files of cont-finish.d in the order of their names, each at most S6_KILL_FINISH_MAXTIME (0: as long as it likes).
   Called when the services are down. What fails is said; nothing keeps the container from ending. */
extern void contfinish_run (int contenvfd) ;

#endif
