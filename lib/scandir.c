/* ISC license. */

#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controlfifo.h"
#include "lockfile.h"
#include "paths.h"
#include "scandir.h"

#define HANDLER(name) SCANDIR_CONTROL "/" name
#define COMMAND(name) RUN_BASEDIR_BIN "/" name

/* SIGHUP has no handler: s6-svscan's own (rescan) is what a hangup of `docker attach` may harmlessly do. */
static char const *const links[] =
{
  HANDLER("SIGTERM"), HANDLER("SIGINT"), HANDLER("SIGQUIT"), HANDLER("SIGUSR1"), HANDLER("SIGUSR2"), HANDLER("SIGPWR"),
  HANDLER("finish"), HANDLER("crash"),
  COMMAND("halt"), COMMAND("poweroff"), COMMAND("reboot")
} ;

int scandir_make (int runfd, char const *exe, char const **ret_what)
{
  size_t i = 0 ;
  *ret_what = SCANDIR_CONTROL ;
  if (mkdirat(runfd, SCANDIR_CONTROL, 0700) == -1) return -1 ;
  for (; i < sizeof links / sizeof links[0] ; i++)
  {
    *ret_what = links[i] ;
    if (symlinkat(exe, runfd, links[i]) == -1) return -1 ;
  }
  return 0 ;
}

int scandir_divert_winch (int runfd, char const *exe)
{
  return symlinkat(exe, runfd, HANDLER("SIGWINCH")) ;
}

int scandir_control (int runfd, char const *s, size_t len)
{
  return controlfifo_write(runfd, SCANDIR_CONTROL "/control", s, len) ;
}

pid_t scandir_pid (int runfd)
{
  return lockfile_holder(runfd, SCANDIR_CONTROL "/lock") ;
}
