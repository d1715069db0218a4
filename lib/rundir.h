/* ISC license. */

#ifndef STILLROOT_RUNDIR_H
#define STILLROOT_RUNDIR_H

#include <sys/types.h>

#include "writability.h"

/* The steps of the ladder to a usable /run. RUNDIR_MOUNTED has its place here and no code yet. */
enum rundir_step
{
  RUNDIR_NONE = 0,         /* nothing writable */
  RUNDIR_AS_IS = 1,        /* writable and exec */
  RUNDIR_REMOUNTED = 2,    /* was noexec, remounted exec */
  RUNDIR_NOEXEC = 3,       /* is noexec and stays so: every executable entry is a link into the root */
  RUNDIR_MOUNTED = 4       /* a tmpfs of our own, or the runtime's */
} ;

struct rundir
{
  enum rundir_step step ;
  int probe_errno ;        /* of the write probe */
  int remount_errno ;      /* of the remount, 0 if none was tried */
} ;

/* Climbs the ladder. rootfd: the root directory; may_mount: whether we have CAP_SYS_ADMIN.
   Calls mount(2) for a noexec /run with may_mount and for nothing else.
   Returns a descriptor of /run, *ret filled in; or -1 and sets errno, ret->step then being RUNDIR_NONE. */
extern int rundir_open (int rootfd, int may_mount, struct rundir *ret) ;

/* Removes what an earlier boot of the same container left in /run, and makes our directories anew, root-owned (or ours), 0755;
   the environment directory is 02750 with group contenv_gid, so that what is written there later has the group too
   ((gid_t)-1: 0700 and no group).
   Returns 0, or -1 and sets errno, with the path at fault (relative to /run) in *ret_what. */
extern int rundir_populate (int runfd, gid_t contenv_gid, char const **ret_what) ;

extern char const *rundir_step_name (enum rundir_step) ;

#endif
