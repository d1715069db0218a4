/* ISC license. */

#ifndef STILLROOT_SCANDIR_H
#define STILLROOT_SCANDIR_H

#include <sys/types.h>

/* The signals that stop a container; ends with 0. */
extern int const scandir_stops[] ;

/* Makes the control directory of the scandir (RUN_SCANDIR in runfd): one link to exe for each signal that stops the container
   and for finish and crash; and the links of RUN_BASEDIR_BIN. exe dispatches on the name it is called by.
   Returns 0, or -1 and sets errno, with the path at fault (relative to /run) in *ret_what. */
extern int scandir_make (int runfd, char const *exe, char const **ret_what) ;

/* SIGWINCH stops nothing and has no handler until this links one to exe: for a CMD that gets the container's signals.
   Returns 0, or -1 and sets errno. */
extern int scandir_divert_winch (int runfd, char const *exe) ;

/* Writes the control commands s (s6-svscanctl(8)'s letters) to the s6-svscan of the scandir.
   Returns 0, or -1 and sets errno: ENXIO none is running. */
extern int scandir_control (int runfd, char const *s, size_t len) ;

/* Sends sig to that s6-svscan. Returns 1 when it is sent; 0: none is running; -1 and sets errno. */
extern int scandir_signal (int runfd, int sig) ;

/* 1: an s6-svscan other than this process runs on the scandir, in whatever PID namespace; a scandir that a link leads to is not looked at.
   0: none does. -1 and sets errno. */
extern int scandir_is_used (int runfd) ;

/* The pid of the s6-svscan that runs on the scandir, read off the lock it holds. Returns 0 when there is none, -1 and sets errno. */
extern pid_t scandir_pid (int runfd) ;

#endif
