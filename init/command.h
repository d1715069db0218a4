/* ISC license. */

#ifndef STILLROOT_COMMAND_H
#define STILLROOT_COMMAND_H

#include <sys/types.h>

/* Starts the CMD with the environment of contenvfd, in a process group of its own that has the terminal where there is one,
   so that job control works and ^C reaches it alone. Returns its pid, or -1 and sets errno.
   A CMD that cannot be executed ends with 127 (not found) or 126, and one line. */
extern pid_t command_spawn (int contenvfd, char const *const *cmd) ;

#endif
