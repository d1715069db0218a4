/* ISC license. */

#ifndef STILLROOT_CONSOLE_H
#define STILLROOT_CONSOLE_H

#include "boot.h"

/* The container's own standard output and error, where a catch-all logger has taken ours. Nothing here does anything where there is none. */

/* With S6_LOGGING=1, writes the line there too. */
extern void console_copy (struct boot const *, char const *line) ;

/* In the child that becomes the CMD: gives it the standard output and error that it is to have. */
extern void console_give (struct boot const *) ;

/* For whatever stops the container, which knows the names in /run alone: */

/* Our standard error writes to the logger without ever waiting: when the logger is stuck, the stop must not be. */
extern void console_detach (int runfd) ;

/* Our standard output and error are the container's own again, so that the logger does not wait for us. Returns whether there is a logger. */
extern int console_return (int runfd) ;

#endif
