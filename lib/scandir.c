/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include <s6/supervise.h>

#include "controlfifo.h"
#include "lockfile.h"
#include "paths.h"
#include "scandir.h"

#define HANDLER(name) SCANDIR_CONTROL "/" name
#define COMMAND(name) RUN_BASEDIR_BIN "/" name
#define LOCK SCANDIR_CONTROL "/lock"

int const scandir_stops[] = { SIGTERM, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPWR, 0 } ;

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

int scandir_is_used (int runfd)
{
  int r, e ;
  int fd = openat(runfd, RUN_SCANDIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -1 ;
  r = lockfile_is_held(fd, S6_SVSCAN_CTLDIR "/lock") ;
  e = errno ;
  fd_close(fd) ;
  return (errno = e, r) ;
}

pid_t scandir_pid (int runfd)
{
  return lockfile_holder(runfd, LOCK) ;
}

int scandir_signal (int runfd, int sig)
{
  return lockfile_signal(runfd, LOCK, sig) ;
}
