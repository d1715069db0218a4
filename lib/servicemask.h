/* ISC license. */

#ifndef STILLROOT_SERVICEMASK_H
#define STILLROOT_SERVICEMASK_H

/* The umask that the boot has set for services (UMASK): in a live service directory, and nowhere else, it becomes this process's.
   Whether it is one is asked of the kernel, by the identity of its parent directories: no name is trusted.
   Returns 0 (also when there is nothing to do), or -1 and sets errno. */
extern int servicemask_apply (void) ;

#endif
