/* ISC license. */

#ifndef STILLROOT_LOGGER_H
#define STILLROOT_LOGGER_H

#include <skalibs/iopause.h>
#include <skalibs/tai.h>

#include "boot.h"

/* The catch-all logger of S6_LOGGING: an s6-log, supervised under the name that s6-svscan knows as its own logger's, reads a fifo that
   standard output and error of the supervision tree are. It is the last to end: when nobody can write to the fifo any more. */

enum logger_state
{
  LOGGER_STARTING,
  LOGGER_READY,    /* and its supervisor's business from then on */
  LOGGER_FAILED
} ;

struct logger
{
  unsigned int level ;      /* S6_LOGGING: 1, 2 */
  enum logger_state state ;
  int outfd ;               /* what standard output and error were: the container's own */
  int errfd ;
  int fifofd ;              /* reads the fifo: as long as stage 2 has it, no writer is without a reader, also before the logger is there */
  int dirfd ;               /* its live servicedir */
  int eventfd ;
  tain deadline ;           /* when it has to be ready */
} ;

/* In process 1: when S6_LOGGING asks for it, puts the logger into the scandir and makes the fifo our standard output and error;
   b->logger is then set. Ends the boot when the logger cannot run. */
extern void logger_prepare (struct boot *b, char const *const *envp) ;

/* In stage 2. Nothing here does anything where there is no logger. */

/* Before the others: it has its time from now on. */
extern void logger_begin (struct boot const *) ;

/* What to wait for (a descriptor of -1: nothing); lowers *deadline. */
extern void logger_watch (struct boot const *, iopause_fd *x, tain *deadline) ;

/* Handles what happened. Returns whether the logger has failed just now: one fatal line has said so, on the container's own
   standard error, which is ours again. */
extern int logger_handle (struct boot const *) ;

/* Whether the logger still has to become ready. */
extern int logger_is_starting (struct boot const *) ;

/* Waits until it does not. Returns whether it has failed meanwhile. */
extern int logger_await (struct boot const *) ;

#endif
