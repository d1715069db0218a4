/* ISC license. */

/* run of a service whose own program is a file that need not be executable nor name an interpreter: SERVICE_SCRIPT beside it. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "boot.h"
#include "execargs.h"
#include "paths.h"
#include "program.h"
#include "programs.h"
#include "scriptfile.h"
#include "servicemask.h"

int service_run_main (int argc, char const *const *argv, char const *const *envp)
{
  struct scriptfile f ;
  char const *args[4] ;
  char *path ;
  int rootfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  (void)envp ;
  PROG = argc > 1 ? argv[1] : "run" ;
  path = realpath(SERVICE_SCRIPT, 0) ;
  if (rootfd == -1 || !path || scriptfile_inspect(AT_FDCWD, SERVICE_SCRIPT, &f) == -1)
    strerr_diefusys(EXIT_SYSTEM, "read the service's program ", path ? path : SERVICE_SCRIPT) ;
  if (scriptfile_argv(&f, path, scriptfile_shell(rootfd), args) == -1)
    strerr_dief(EXIT_NOT_EXECUTABLE, path, " is not executable: chmod +x it") ;
  if (servicemask_apply() == -1) strerr_warnwusys("set the umask") ;
  execvp(args[0], execargs(args)) ;
  strerr_diefusys(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, "exec ", args[0]) ;
}
