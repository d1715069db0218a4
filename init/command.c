/* ISC license. */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>

#include "command.h"
#include "execargs.h"
#include "environment.h"

#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

static void take_terminal (void)
{
  setpgid(0, 0) ;
  if (!isatty(0)) return ;
  /* from a background process group, tcsetpgrp stops its caller unless SIGTTOU is ignored: tcsetpgrp(3) */
  sig_ignore(SIGTTOU) ;
  tcsetpgrp(0, getpid()) ;
  sig_restore(SIGTTOU) ;
}

pid_t command_spawn (int contenvfd, char const *const *cmd)
{
  pid_t pid = fork() ;
  if (pid) return pid ;
  sig_blocknone() ;
  sig_restore(SIGPIPE) ;
  take_terminal() ;
  if (environment_load(contenvfd) == -1)
  {
    strerr_warnwusys("read the environment for the command") ;
    _exit(EXIT_NOT_EXECUTABLE) ;
  }
  execvp(cmd[0], execargs(cmd)) ;
  strerr_warn(PROG, ": fatal: unable to exec ", cmd[0], ": ", strerror(errno),
    errno == ENOENT ? "; is it in the image and on PATH?" : "") ;
  _exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE) ;
}
