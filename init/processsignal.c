/* ISC license. */

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "paths.h"
#include "processsignal.h"
#include "verbosity.h"

/* The owner of process pid, which /proc shows; root where it cannot be seen. */
static uid_t owner (pid_t pid)
{
  struct stat st ;
  char path[sizeof PATH_PROC + 1 + PID_FMT] = PATH_PROC "/" ;
  path[sizeof PATH_PROC + pid_fmt(path + sizeof PATH_PROC, pid)] = 0 ;
  return stat(path, &st) == 0 ? st.st_uid : 0 ;
}

void processsignal_send (pid_t pid, int group, int sig)
{
  pid_t target = group ? -pid : pid ;
  pid_t child ;
  int wstat ;
  if (kill(target, sig) == 0) return ;
  /* the group exists once the process has made it; until then the process is all there is */
  if (group && errno == ESRCH && kill(pid, sig) == 0) return ;
  if (errno != EPERM) return ;
  child = fork() ;
  if (child == -1) { say_warningsys("signal a process of another user") ; return ; }
  if (!child) _exit(setuid(owner(pid)) == -1 || kill(target, sig) == -1) ;
  waitpid_nointr(child, &wstat, 0) ;
}

void processsignal_end (pid_t pid, int group)
{
  processsignal_send(pid, group, SIGTERM) ;
  processsignal_send(pid, group, SIGCONT) ;
}
