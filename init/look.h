/* ISC license. */

#ifndef STILLROOT_LOOK_H
#define STILLROOT_LOOK_H

#include "boot.h"

/* A look at the container as init would find it. It works without /run, /proc and a boot report, for any user, and changes nothing. */
struct look
{
  struct boot boot ;              /* rootfd, mode and privileges: what stages are judged by */
  struct rundir run ;             /* what rundir_look() has found */
  int run_errno ;                 /* that came with it */
  char const *const *envp ;       /* the container's environment */
} ;

/* Returns 0, or -1 and sets errno. */
extern int look_around (struct look *, char const *const *envp) ;

/* The value of the variable without blanks around it, for the caller to free(); 0: it is unset or empty, or there is no memory for it. */
extern char *look_variable (struct look const *, char const *name) ;

/* Whether there is a directory of this path, relative to the root. */
extern int look_has_directory (struct look const *, char const *path) ;

/* Whether it can be written to. */
extern int look_can_write (struct look const *, char const *path) ;

#endif
