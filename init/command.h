/* ISC license. */

#ifndef STILLROOT_COMMAND_H
#define STILLROOT_COMMAND_H

#include <sys/types.h>

#include "boot.h"

/* Starts the CMD with the environment as it is now, behind the words of S6_CMD_ARG0, in a process group of its own that has the terminal
   where there is one, so that job control works and ^C reaches it alone. Returns its pid, or -1 and sets errno. */
extern pid_t command_spawn (struct boot const *, char const *const *cmd) ;

#endif
