/* ISC license. */

#include <errno.h>
#include <string.h>

#include <skalibs/gccattributes.h>
#include <skalibs/stralloc.h>

#include "accounts.h"
#include "evidence.h"
#include "fatal.h"
#include "paths.h"
#include "reason.h"
#include "remedies.h"
#include "runfault.h"
#include "runsetup.h"
#include "verbosity.h"

static struct boot const *begun = 0 ;

/* A place that others share outlives the container, and the secrets in it would, too. */
static void undo (void)
{
  rundir_end(begun->rootfd, begun->runfd) ;
}

static void run_unusable (struct rundir const *run, int e) gccattr_noreturn ;
static void run_unusable (struct rundir const *run, int e)
{
  stralloc why = STRALLOC_ZERO ;
  char const *remedy ;
  if (run->fault == RUNDIR_FAULT_NONE || run->fault == RUNDIR_FAULT_SYSTEM) fatal(EXIT_SYSTEM, e, "unable to prepare " PATH_RUN, "", "") ;
  remedy = runfault(run, e, &why) ;
  if (!stralloc_0(&why)) fatal(EXIT_SYSTEM, errno, "unable to prepare " PATH_RUN, "", "") ;
  fatal((run->fault == RUNDIR_FAULT_PLACE || run->fault == RUNDIR_FAULT_BOUND) && run->obstacle == STATEDIR_SYSTEM ? EXIT_SYSTEM : EXIT_USER, 0, PATH_RUN, why.s, remedy) ;
}

/* The state is in /run itself, on a disk. */
static void say_disk (struct rundir const *run)
{
  stralloc why = STRALLOC_ZERO ;
  if (run->fault == RUNDIR_FAULT_PLACE) runfault_place(run, &why) ;
  else reason_add(&why, "its links cannot be made") ;
  if (!stralloc_0(&why)) return ;
  say_warning("secrets of the environment are kept on disk, in " PATH_RUN ", as ", why.s, "; ", runfault_tmpfs()) ;
  stralloc_free(&why) ;
}

/* Which step it took to a usable /run. */
static void say_run (struct boot const *b, struct rundir const *run)
{
  evidence(b, PATH_RUN, rundir_step_name(run->step)) ;
  if (run->mount_errno) evidence(b, "mount on " PATH_RUN, strerror(run->mount_errno)) ;
  evidence(b, "state kept", run->memory ? "in memory" : "on disk") ;
  if (run->access == RUNACCESS_MENDED)
    say_info(PATH_RUN " could be changed by other users: it is the container's own user's now, and what is in it only its owners can rename") ;
  if (run->access == RUNACCESS_UNPROVEN)
    say_warning("other users can change " PATH_RUN ", and programs with a set-uid bit can be other users: give the container no-new-privileges, or mount it as root's or this user's, with mode 1777") ;
  switch (run->step)
  {
    case RUNDIR_NOEXEC : say_info(PATH_RUN " is mounted noexec: every executable in it is a link into the root file system") ; break ;
    case RUNDIR_REMOUNTED : say_info(PATH_RUN " was mounted noexec: remounted exec") ; break ;
    case RUNDIR_MOUNTED : say_info(PATH_RUN " was not writable: mounted a tmpfs there") ; break ;
    case RUNDIR_DEV : if (run->write_errno) say_info(PATH_RUN " is not writable: its links lead to " PATH_STATEDIR_DEV) ; break ;
    case RUNDIR_SHM : if (run->write_errno) say_info(PATH_RUN " is not writable: its links lead to " PATH_STATEDIR_SHM) ; break ;
    case RUNDIR_DISK : say_disk(run) ; break ;
    default :
      if (!run->memory) say_info(PATH_RUN " is a volume on disk, where secrets of the environment stay: a tmpfs there keeps them in memory") ;
  }
}

void runsetup (struct boot *b, struct rundir *run)
{
  struct privileges const *p = &b->privileges ;
  char const *what ;
  gid_t gid = (gid_t)-1 ;
  b->runfd = rundir_open(b->rootfd, p, !!(b->mode & (BOOT_RO | BOOT_NONROOT_RO)), run) ;
  if (b->runfd == -1) run_unusable(run, errno) ;
  begun = b ;
  fatal_undo(&undo) ;
  say_run(b, run) ;
  /* without the user abc, root alone reads the environment */
  if (!p->euid && accounts_group(b->rootfd, APP_USER, &gid) == -1 && errno != ENOENT)
    say_warningsys("find the group " APP_USER " in /" ROOT_GROUP) ;
  /* a stage says what that means */
  if (!idmap_has(&p->gids, gid)) gid = (gid_t)-1 ;
  if (rundir_populate(b->runfd, gid, &what) == -1)
  {
    int e = errno ;
    /* EINVAL: the gid is not mapped, which /proc did not tell */
    if ((e == EPERM || e == EINVAL) && !strcmp(what, RUN_CONTENV))
      say_warning("unable to give " PATH_CONTENV " to the group " APP_USER " (", e == EPERM ? "no capability CHOWN" : strerror(e), "): only root reads it",
        e == EPERM ? "; add CHOWN " FLAGS_CAPS : "") ;
    else fatal(e == EPERM || e == EACCES || e == EBUSY || e == ENOSPC ? EXIT_USER : EXIT_SYSTEM, e, "unable to prepare " PATH_RUN "/", what,
      e == EBUSY ? REMEDY_MOUNT : e == ENOSPC ? REMEDY_RUN_SPACE : runfault_tmpfs()) ;
  }
}
