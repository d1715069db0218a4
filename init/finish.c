/* ISC license. */

/* The last program of the first process: s6-svscan executes it when every supervisor has ended. What still runs gets TERM, and KILL after
   S6_KILL_GRACETIME; the exit code of the container is that of RUN_EXITCODE. */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/sig.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "boot.h"
#include "contenv.h"
#include "exitcode.h"
#include "fatal.h"
#include "leftovers.h"
#include "paths.h"
#include "programs.h"
#include "rundir.h"
#include "scandir.h"
#include "stop.h"
#include "variables.h"
#include "verbosity.h"

static int exit_code (int runfd)
{
  int code = exitcode_read(runfd) ;
  if (code >= 0) return code ;
  say_warning(PATH_RUN "/" RUN_EXITCODE " does not begin with a number from 0 to 255: exiting 0") ;
  return 0 ;
}

/* Who is not process 1 would die of another signal to stop, and leave what it is about to end. */
static void ignore_stops (void)
{
  size_t i = 0 ;
  for (; scandir_stops[i] ; i++) sig_ignore(scandir_stops[i]) ;
}

static int end (int code)
{
  int rootfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int runfd = open(PATH_RUN, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int contenvfd = -1 ;
  ignore_stops() ;
  if (runfd >= 0) rundir_keep(runfd) ;
  if (runfd == -1) fatal_say(errno, "unable to open " PATH_RUN, "", "") ;
  else contenvfd = openat(runfd, RUN_CONTENV, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  verbosity_load(contenvfd) ;
  /* what no signal of ours ends is gone with process 1, but not with any other */
  if (leftovers_end(contenv_milliseconds(contenvfd, VAR_KILL_GRACETIME, KILL_GRACETIME_DEFAULT)) == -1 && getpid() != 1)
    say_warningsys("end all processes that are left") ;
  if (contenv_boolean(contenvfd, VAR_SYNC_DISKS)) sync() ;
  if (code < 0) code = runfd == -1 ? EXIT_SYSTEM : exit_code(runfd) ;
  /* nobody is left who needs it */
  if (rootfd >= 0 && runfd >= 0) rundir_end(rootfd, runfd) ;
  return code ;
}

int finish_main (int argc, char const *const *argv, char const *const *envp)
{
  (void)envp ;
  if (argc > 1) service_finish_main(argc, argv) ;
  PROG = "finish" ;
  return end(-1) ;
}

int crash_main (int argc, char const *const *argv, char const *const *envp)
{
  (void)argc ; (void)argv ; (void)envp ;
  PROG = "crash" ;
  fatal_say(0, "s6-svscan has failed: ending the container", "", "") ;
  return end(EXIT_SYSTEM) ;
}
