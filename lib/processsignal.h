/* ISC license. */

#ifndef STILLROOT_PROCESSSIGNAL_H
#define STILLROOT_PROCESSSIGNAL_H

#include <sys/types.h>

/* Signals to processes. Without the capability KILL root may not signal another user's process, but it may still become that user:
   everything here does. */

/* Sends sig to the process pid, and with group nonzero to the whole process group that it leads. The number must not have become another
   process's: pid is a child of the caller's that has not been reaped, or the caller knows of somebody who has not reaped it. */
extern void processsignal_send (pid_t pid, int group, int sig) ;

/* Tells it to end in the same way, also one that is stopped. */
extern void processsignal_end (pid_t pid, int group) ;

/* Whether process pid is the one that is meant. */
typedef int processsignal_check (pid_t pid, void const *data) ;

/* Sends sig to the process pid if check() says so, whoever gets its number meanwhile: a descriptor of the process (pidfd_open(2)) is opened
   first, and gets the signal. Returns 1 when it is sent; 0: it is not the one that is meant, or has ended; -1 and sets errno: ENOSYS the
   kernel has no such descriptors, or a system call filter has none for us; EPERM. */
extern int processsignal_exactly (pid_t pid, int sig, processsignal_check *check, void const *data) ;

/* The same; where there are no such descriptors, the signal is sent right after the check. Never ENOSYS. */
extern int processsignal_checked (pid_t pid, int sig, processsignal_check *check, void const *data) ;

#endif
