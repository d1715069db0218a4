/* ISC license. */

#ifndef STILLROOT_ENVIRONMENT_H
#define STILLROOT_ENVIRONMENT_H

/* Makes the variables of the environment directory dirfd this process's environ, and nothing else; PATH is kept where dirfd has none.
   The memory stays until the exec that follows. Returns 0, or -1 and sets errno, environ as it was. */
extern int environment_load (int dirfd) ;

/* Leaves PATH alone of environ, as dirfd has it, or as it was where dirfd has none. Returns 0, or -1 and sets errno. */
extern int environment_reduce (int dirfd) ;

#endif
