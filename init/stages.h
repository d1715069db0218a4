/* ISC license. */

#ifndef STILLROOT_STAGES_H
#define STILLROOT_STAGES_H

#include <sys/types.h>

#include <skalibs/tai.h>

#include "boot.h"

/* A stage that has begun. */
struct stage_run
{
  struct stage const *stage ;
  struct script script ;
  stralloc what ;     /* what the stage was asked for, ends in NUL */
  stralloc reason ;
  int asked ;         /* it was asked for something, and has not been skipped */
  pid_t pid ;         /* of the program that runs; 0: none does */
  tain deadline ;     /* when that is killed; infinite: never */
  char const *end ;   /* why the stage is not to go on when the program has ended; 0: it is */
} ;

/* Whether the stage's row keeps it from running in this boot; appends why (no NUL). */
extern int stage_is_unfit (struct boot const *, struct stage const *, stralloc *reason) ;

/* Decides by its row whether the stage runs in this boot, begins it, reports it. A skip of something that was asked for is one info line,
   a failure one warning line, a fatal result one fatal line. *run must be zero; it is free again with every result but STAGE_RUNNING,
   with which a program runs. */
extern enum stage_result stage_begin (struct boot const *, struct stage const *, struct stage_run *run) ;

/* The image has a definition of its own in its place, which is put into the report. */
extern void stage_replaced (struct boot const *, struct stage const *) ;

/* The program has ended: lets the stage go on. */
extern enum stage_result stage_program_ended (struct boot const *, struct stage_run *, int wstat) ;

/* The deadline has passed: the program is killed. */
extern void stage_program_late (struct stage_run *) ;

/* Tells the running program to end; it is killed ms milliseconds later. The stage then fails, for the reason why. */
extern void stage_end (struct stage_run *, unsigned int ms, char const *why) ;

#endif
