/* ISC license. */

#ifndef STILLROOT_FATAL_H
#define STILLROOT_FATAL_H

#include <skalibs/gccattributes.h>

/* Prints "PROG: fatal: a b: errno text; remedy" on stderr and, where it exists, to PATH_TERMINATION_LOG, which Kubernetes shows
   as the reason. e: the errno, 0 for none; b and remedy may be "". */
extern void fatal_say (int e, char const *a, char const *b, char const *remedy) ;

/* The same line, but not to PATH_TERMINATION_LOG: for what a last line sums up. */
extern void fatal_print (int e, char const *a, char const *b, char const *remedy) ;

/* Where standard error is not the container's own: fd is, and gets each line too. -1: it is again. */
extern void fatal_console (int fd) ;

/* What fatal() is to do in this process before it exits: take back what nobody would find. 0: nothing. */
extern void fatal_undo (void (*undo) (void)) ;

/* As fatal_say(), then exits with code. */
extern void fatal (int code, int e, char const *a, char const *b, char const *remedy) gccattr_noreturn ;

#endif
