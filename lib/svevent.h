/* ISC license. */

#ifndef STILLROOT_SVEVENT_H
#define STILLROOT_SVEVENT_H

#include <sys/types.h>

#include <s6/supervise.h>

/* Subscription to the events of one servicedir: s6's event fifodirs, without s6-ftrigrd.
   The letters are s6-supervise(8)'s: s supervisor started, u up, U ready, d down, D finished, O permanent failure, x supervisor gone. */

/* A fifo in the servicedir's event directory, in the name and form that s6-supervise notifies.
   Returns its non-blocking descriptor, which reads a letter per event; -1 and sets errno. */
extern int svevent_subscribe (int servicedirfd) ;

/* Reads up to max letters. Returns their number, 0 when there are none now, -1 and sets errno. */
extern ssize_t svevent_read (int fd, char *s, size_t max) ;

/* The state that s6-supervise last announced. Returns 0, or -1 and sets errno. */
extern int svevent_status (int servicedirfd, s6_svstatus_t *ret) ;

/* Writes control letters (s6-svc(8)) to the supervisor. Returns 0, or -1 and sets errno: ENXIO, ENOENT none is running. */
extern int svevent_control (int servicedirfd, char const *s, size_t len) ;

/* The exit code of a wait status as a container's exit code: the code, or 128 + the signal. */
extern int svevent_exitcode (int wstat) ;

#endif
