/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "boot.h"
#include "environment.h"
#include "execargs.h"
#include "paths.h"
#include "programs.h"

int with_contenv_main (int argc, char const *const *argv, char const *const *envp)
{
  int fd ;
  (void)envp ;
  PROG = "with-contenv" ;
  if (argc < 2) strerr_dieusage(EXIT_USER, WITH_CONTENV_USAGE) ;
  fd = open(PATH_CONTENV, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1 || environment_load(fd) == -1)
    strerr_diefusys(EXIT_SYSTEM, "read " PATH_CONTENV, errno == EACCES ? " (root and the group abc read it)" : "") ;
  execvp(argv[1], execargs(argv + 1)) ;
  strerr_diefusys(errno == ENOENT ? 127 : 126, "exec ", argv[1]) ;
}
