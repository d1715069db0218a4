/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "childwait.h"
#include "contenv.h"
#include "contfinish.h"
#include "etcdir.h"
#include "paths.h"
#include "processsignal.h"
#include "program.h"
#include "scriptdir.h"
#include "svevent.h"
#include "variables.h"
#include "verbosity.h"

static struct scriptdir *open_dir (int rootfd, int contenvfd)
{
  char etc[ETCDIR_MAX], dir[PATH_MAX] ;
  stralloc profile = STRALLOC_ZERO ;
  int r = etcdir_path(contenv_get(contenvfd, VAR_PROFILE, &profile) == 1 ? profile.s : 0, etc) ;
  stralloc_free(&profile) ;
  if (r == -1) return 0 ;
  snprintf(dir, sizeof dir, "%s/" ETC_CONT_FINISH, etc) ;
  return scriptdir_open(rootfd, dir, &filelist_by_name) ;
}

static void run (struct scriptdir *s, int contenvfd, unsigned int limit)
{
  char const *argv[] = { s->path, 0 } ;
  char fmt[UINT_FMT] ;
  int wstat ;
  pid_t pid ;
  if (scriptdir_inspect(s) == -1 && errno == EISDIR) return ;
  say_info("running ", s->path) ;
  pid = program_spawn(contenvfd, argv, -1) ;
  if (pid == -1) { say_warningsys("start ", s->path) ; return ; }
  if (childwait(pid, limit ? limit : UINT_MAX, &wstat) == -1)
  {
    fmt[uint_fmt(fmt, limit)] = 0 ;
    say_warning(s->path, " has not ended after ", fmt, " ms: killed; raise " VAR_FINISH_MAXTIME " if it needs longer") ;
    processsignal_send(pid, 1, SIGKILL) ;
    childwait(pid, UINT_MAX, &wstat) ;
    return ;
  }
  fmt[uint_fmt(fmt, (unsigned int)svevent_exitcode(wstat))] = 0 ;
  if (wstat) say_warning(s->path, " exited ", fmt) ;
}

void contfinish_run (int contenvfd)
{
  char const *prog = PROG ;
  int rootfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  struct scriptdir *s = rootfd == -1 ? 0 : open_dir(rootfd, contenvfd) ;
  unsigned int limit = contenv_milliseconds(contenvfd, VAR_FINISH_MAXTIME, FINISH_MAXTIME_DEFAULT) ;
  PROG = "cont-finish" ;
  if (!s) say_warningsys("read the scripts of " ETC_CONT_FINISH) ;
  else
  {
    while (scriptdir_next(s)) run(s, contenvfd, limit) ;
    scriptdir_free(s) ;
  }
  PROG = prog ;
  if (rootfd >= 0) fd_close(rootfd) ;
}
