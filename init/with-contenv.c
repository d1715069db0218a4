/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/env.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "contenv.h"
#include "environment.h"
#include "execargs.h"
#include "paths.h"
#include "program.h"
#include "programs.h"
#include "servicemask.h"
#include "variables.h"

/* With S6_KEEP_ENV every process has the container's environment already, and may have added to it. */
static int keep_environment (char const *const *envp)
{
  char const *value = env_get2(envp, VAR_KEEP_ENV) ;
  return value && contenv_is_true(value) ;
}

int with_contenv_main (int argc, char const *const *argv, char const *const *envp)
{
  PROG = "with-contenv" ;
  if (argc < 2) strerr_dieusage(EXIT_USER, WITH_CONTENV_USAGE) ;
  if (!keep_environment(envp))
  {
    int fd = open(PATH_CONTENV, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
    if (fd == -1 || environment_load(fd) == -1)
      strerr_diefusys(EXIT_SYSTEM, "read " PATH_CONTENV, errno == EACCES ? " (root, the container's own user and the group abc read it)" : "") ;
  }
  if (servicemask_apply() == -1) strerr_warnwusys("set the umask of the service") ;
  execvp(argv[1], execargs(argv + 1)) ;
  strerr_diefusys(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, "exec ", argv[1]) ;
}
