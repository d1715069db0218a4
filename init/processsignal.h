/* ISC license. */

#ifndef STILLROOT_PROCESSSIGNAL_H
#define STILLROOT_PROCESSSIGNAL_H

#include <sys/types.h>

/* Sends sig to the process pid, and with group nonzero to the whole process group that it leads. Without the capability KILL root may not
   signal another user's process, but it may still become that user. */
extern void processsignal_send (pid_t pid, int group, int sig) ;

/* Tells it to end in the same way, also one that is stopped. */
extern void processsignal_end (pid_t pid, int group) ;

#endif
