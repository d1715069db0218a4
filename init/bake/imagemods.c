/* ISC license. */

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "execargs.h"
#include "imagemods.h"
#include "paths.h"

static char const **make_argv (char const *const *references)
{
  char const **argv ;
  size_t n = 0, i = 0 ;
  while (references[n]) n++ ;
  argv = malloc((n + 4) * sizeof *argv) ;
  if (!argv) return 0 ;
  argv[0] = PATH_MODS_EXE ;
  argv[1] = "apply" ;
  argv[2] = "/" ;
  for (; i <= n ; i++) argv[3 + i] = references[i] ;
  return argv ;
}

void mods_bake (char const *const *references)
{
  char const **argv = make_argv(references) ;
  int wstat ;
  pid_t pid = argv ? fork() : -1 ;
  if (!pid)
  {
    execv(argv[0], execargs(argv)) ;
    strerr_warnwusys("exec ", argv[0]) ;
    _exit(errno == ENOENT ? EXIT_USER : EXIT_SYSTEM) ;
  }
  if (pid == -1 || waitpid_nointr(pid, &wstat, 0) != pid) strerr_diefusys(EXIT_SYSTEM, "run " PATH_MODS_EXE) ;
  free(argv) ;
  if (!WIFEXITED(wstat)) strerr_dief(EXIT_SYSTEM, PATH_MODS_EXE " was killed") ;
  if (WEXITSTATUS(wstat)) strerr_dief(WEXITSTATUS(wstat), "not all mods are in the image; see above") ;
}
