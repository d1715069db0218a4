/* ISC license. */

/* run of svc-cron: the image's cron daemon, in the foreground, on the spool that the boot has filled. */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "boot.h"
#include "cronspool.h"
#include "environment.h"
#include "execargs.h"
#include "paths.h"
#include "program.h"
#include "programs.h"
#include "servicemask.h"

#define RUN_SPOOL PATH_RUN "/" RUN_CRONTABS

static char const *const busybox[] = { "busybox", "crond", "-f", "-S", "-l", "5", "-c", "/" ROOT_CRON_SPOOL, 0 } ;
static char const *const busybox_run[] = { "busybox", "crond", "-f", "-S", "-l", "5", "-c", RUN_SPOOL, 0 } ;
static char const *const cron[] = { "/" ROOT_CRON, "-f", "-L", "5", 0 } ;

static char const *const *command (int rootfd)
{
  switch (crondaemon_find(rootfd))
  {
    case CRONDAEMON_BUSYBOX : return access(RUN_SPOOL, X_OK) == 0 ? busybox_run : busybox ;
    case CRONDAEMON_CRON : return cron ;
    default : return 0 ;
  }
}

int cron_main (int argc, char const *const *argv, char const *const *envp)
{
  char const *const *args ;
  int rootfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int contenvfd = open(PATH_CONTENV, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  (void)argc ;
  (void)argv ;
  (void)envp ;
  PROG = "svc-cron" ;
  /* jobs of busybox's daemon have its environment */
  if (rootfd == -1 || contenvfd == -1 || environment_load(contenvfd) == -1) strerr_diefusys(EXIT_SYSTEM, "read " PATH_CONTENV) ;
  if (servicemask_apply() == -1) strerr_warnwusys("set the umask of the service") ;
  args = command(rootfd) ;
  if (!args) strerr_dief(EXIT_NOT_FOUND, "the image has no cron daemon any more") ;
  execvp(args[0], execargs(args)) ;
  strerr_diefusys(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, "exec ", args[0]) ;
}
