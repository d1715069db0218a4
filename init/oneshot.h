/* ISC license. */

#ifndef STILLROOT_ONESHOT_H
#define STILLROOT_ONESHOT_H

#include <sys/types.h>

/* The scripts of oneshots. */

/* Starts text, the up or down of the oneshot name: a path or a few words directly, other execline by execlineb. It is a session of its own
   with an empty standard input and the environment that services get (that is why scripts use with-contenv), and RC_NAME.
   Stores its pid in *ret_pid; 0: there is nothing to run. Returns 0, or -1 and sets errno (EAGAIN: too many processes for now; EINVAL:
   no execline; ENOMEM). What cannot be executed ends with 126 or 127 and a warning, as of program_spawn(). */
extern int oneshot_spawn (int contenvfd, char const *name, char const *text, pid_t *ret_pid) ;

#endif
