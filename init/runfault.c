/* ISC license. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/types.h>

#include "paths.h"
#include "reason.h"
#include "remedies.h"
#include "runfault.h"

#define BAKE "run init-bake in the image build"

char const *runfault_tmpfs (void)
{
  static char user[sizeof REMEDY_RUN_USER_BEFORE REMEDY_RUN_USER_AFTER + UINT32_FMT] ;
  if (!geteuid()) return REMEDY_RUN ;
  snprintf(user, sizeof user, REMEDY_RUN_USER_BEFORE "%lu" REMEDY_RUN_USER_AFTER, (unsigned long)geteuid()) ;
  return user ;
}

void runfault_place (struct rundir const *run, stralloc *why)
{
  reason_add(why, "/", run->place, "/" STATEDIR " cannot stand in: ", statedir_obstacle_text(run->obstacle)) ;
  if (run->place_errno) reason_add(why, " (", strerror(run->place_errno), ")") ;
}

char const *runfault (struct rundir const *run, int e, stralloc *why)
{
  char const *write_error = strerror(run->write_errno) ;
  switch (run->fault)
  {
    case RUNDIR_FAULT_NONE : break ;
    case RUNDIR_FAULT_SYSTEM : reason_add(why, " cannot be examined (", strerror(e), ")") ; break ;
    case RUNDIR_FAULT_DIRECTORY :
      reason_add(why, " cannot be opened as a directory (", strerror(e), ")") ;
      return BAKE ;
    case RUNDIR_FAULT_BUSY :
      reason_add(why, " is in use by another container, or by an init that was executed in this one before, or is locked by somebody") ;
      return REMEDY_RUN_ALONE ;
    case RUNDIR_FAULT_EXPOSED :
      reason_add(why, " could be changed by other users, and cannot be taken from them (", strerror(e), ")") ;
      return REMEDY_RUN_OWN ;
    case RUNDIR_FAULT_HIDDEN :
      reason_add(why, " has a mount that is not writable (", write_error, ") and hides the image's links") ;
      break ;
    case RUNDIR_FAULT_UNBAKED :
      reason_add(why, " is not writable (", write_error, "), and has no links that lead to where this user can write: " BAKE ", or the runtime can mend it") ;
      break ;
    case RUNDIR_FAULT_BOUND :
      reason_add(why, " has links of the image that are root's, and that this user cannot replace, and ") ;
      runfault_place(run, why) ;
      break ;
    case RUNDIR_FAULT_PLACE :
      reason_add(why, " is not writable (", write_error, "), and ") ;
      runfault_place(run, why) ;
      break ;
  }
  return runfault_tmpfs() ;
}
