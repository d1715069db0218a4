/* ISC license. */

#ifndef STILLROOT_RUNDIR_H
#define STILLROOT_RUNDIR_H

#include <sys/types.h>

#include "privileges.h"
#include "runaccess.h"
#include "statedir.h"

/* The steps of the ladder to a usable /run. */
enum rundir_step
{
  RUNDIR_NONE,             /* nothing is usable */
  RUNDIR_AS_IS,            /* a mount of its own, writable and exec */
  RUNDIR_REMOUNTED,        /* it was noexec, and has been remounted exec */
  RUNDIR_NOEXEC,           /* it is noexec and stays so: every executable entry is a link into the root */
  RUNDIR_MOUNTED,          /* it was not writable: we have mounted a tmpfs on it */
  RUNDIR_DEV,              /* the state is in a directory of /dev, which links in /run lead to */
  RUNDIR_SHM,              /* the same in /dev/shm */
  RUNDIR_DISK              /* the state is in /run, on disk with the rest of the writable root: nothing better can be had */
} ;

/* Why it is none of the steps. */
enum rundir_fault
{
  RUNDIR_FAULT_NONE,
  RUNDIR_FAULT_SYSTEM,     /* a system call failed; errno */
  RUNDIR_FAULT_DIRECTORY,  /* /run is no directory; errno */
  RUNDIR_FAULT_BUSY,       /* another container uses this /run, or another init does in this container */
  RUNDIR_FAULT_EXPOSED,    /* others could replace what is made in it; errno */
  RUNDIR_FAULT_HIDDEN,     /* what is mounted on it is not writable, and hides the image's links */
  RUNDIR_FAULT_UNBAKED,    /* it is not writable, and the image has no links in it */
  RUNDIR_FAULT_PLACE,      /* it is not writable, and neither is there another place */
  RUNDIR_FAULT_BOUND       /* it is writable, but has the image's links, which are not this user's to remove, and there is no other place */
} ;

struct rundir
{
  enum rundir_step step ;
  enum rundir_fault fault ;
  int write_errno ;        /* of the write probe of /run, 0: writable */
  int mount_errno ;        /* of the mount or remount; 0: it has been done, or none was tried */
  enum runaccess access ;  /* of /run, where it can be written to at all */
  int memory ;             /* whether the state is in memory */
  char const *place ;      /* with RUNDIR_DISK, RUNDIR_FAULT_PLACE and RUNDIR_FAULT_BOUND: where a state directory cannot be, */
  enum statedir_obstacle obstacle ;   /* why, */
  int place_errno ;        /* and with what errno; 0: none */
  int lockfd ;             /* the lock of a state directory; else -1 */
} ;

/* The mode that init-bake gives the image's /run: a runtime gives its tmpfs that of the directory below, and so every user that the container is
   started as can use it. */
#define RUNDIR_IMAGE_MODE 01777

/* Climbs the ladder. rootfd: the root directory, which is read-only or not.
   A /run that is the writable root's and has RUNDIR_IMAGE_MODE becomes root's alone, 0755, where root can make it so.
   Calls mount(2) where /run is noexec, or the root is read-only, and we have CAP_SYS_ADMIN; for nothing else.
   A root that is full counts as writable. Returns a descriptor of the directory that RUN_* paths are relative to, *ret filled in; or -1, with
   ret->fault and errno. Where the state is in /run itself, the descriptor, and who inherits it, keeps others from booting there too. */
extern int rundir_open (int rootfd, struct privileges const *, int readonly, struct rundir *ret) ;

/* What rundir_open() would come to, as far as that can be seen without making, mounting, changing or locking anything, and without regard to
   whoever uses it now: ret->step, and with RUNDIR_NONE the fault and what belongs to it, and errno. */
extern void rundir_look (int rootfd, struct privileges const *, int readonly, struct rundir *ret) ;

/* Removes what an earlier boot of the same container left there, and makes our directories anew, root-owned (or ours), 0755;
   the environment directory is 02750 with group contenv_gid, so that what is written there later has the group too
   ((gid_t)-1: 0700 and no group).
   Returns 0, or -1 and sets errno, with the path at fault (relative to /run) in *ret_what. */
extern int rundir_populate (int runfd, gid_t contenv_gid, char const **ret_what) ;

/* Keeps others from booting there from now on, while the container ends: what kept them from it so far has ended with s6-svscan. As long as this process lives and
   has runfd open. What cannot be locked is not. */
extern void rundir_keep (int runfd) ;

/* Removes a state directory of ours from the runtime's tmpfs when the container ends: nothing where the state is in /run itself. */
extern void rundir_end (int rootfd, int runfd) ;

extern char const *rundir_step_name (enum rundir_step) ;

#endif
