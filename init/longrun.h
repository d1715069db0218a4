/* ISC license. */

#ifndef STILLROOT_LONGRUN_H
#define STILLROOT_LONGRUN_H

/* A longrun that its supervisor brings up or down: the steps of one transition. What is told is what s6-svc tells, what is waited for is
   what s6-svlisten waits for. */

struct longrun
{
  char const *name ;    /* in the scandir */
  int up ;              /* where it is to go */
  int notifies ;        /* it is up when it says so, not as soon as it runs */
  int ours ;            /* its servicedir is ours: there is a down file in it when, and only when, it is to be down */
  int eventfd ;         /* reads the supervisor's events; -1: nothing is waited for */
} ;

enum longrun_state { LONGRUN_PENDING, LONGRUN_DONE, LONGRUN_FAILED } ;

/* Tells the supervisor, in the scandir scanfd, where to. A supervisor that is not there has nothing up.
   With LONGRUN_PENDING, eventfd is to be watched; with LONGRUN_FAILED, *ret_why says why, in words that follow a colon. */
extern enum longrun_state longrun_tell (int scanfd, struct longrun *, char const **ret_why) ;

/* The eventfd is readable. */
extern enum longrun_state longrun_event (int scanfd, struct longrun const *, char const **ret_why) ;

/* Watches it no more. */
extern void longrun_leave (struct longrun *) ;

/* It has not come up: it is not to come up later. */
extern void longrun_withdraw (int scanfd, struct longrun const *) ;

/* Kills its whole process group: s6-supervise kills the service's own process only, and its children may be as deaf. */
extern void longrun_kill (int scanfd, char const *name) ;

#endif
