/* ISC license. */

#ifndef STILLROOT_PIDSLIMIT_H
#define STILLROOT_PIDSLIMIT_H

/* How many processes and threads the container may still start; UINT_MAX where no limit is known. */
extern unsigned int pidslimit_left (void) ;

/* The same of the control group that stands at path. */
extern unsigned int pidslimit_left_in (char const *path) ;

#endif
