/* ISC license. */

#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "paths.h"
#include "processsignal.h"

/* The owner of process pid, which /proc shows; root where it cannot be seen. */
static uid_t owner (pid_t pid)
{
  struct stat st ;
  char path[sizeof PATH_PROC + 1 + PID_FMT] = PATH_PROC "/" ;
  path[sizeof PATH_PROC + pid_fmt(path + sizeof PATH_PROC, pid)] = 0 ;
  return stat(path, &st) == 0 ? st.st_uid : 0 ;
}

/* Becomes that owner. Only the effective user changes: that one cannot signal us meanwhile, and the way back is open.
   Returns 0, or -1 and sets errno. */
static int become_owner (pid_t pid)
{
  return seteuid(owner(pid)) ;
}

static void become_again (uid_t uid)
{
  int e = errno ;
  /* it is the real one still: this cannot fail */
  if (seteuid(uid) == 0) errno = e ;
}

static int kill_as_owner (pid_t pid, pid_t target, int sig)
{
  uid_t uid = geteuid() ;
  int r ;
  if (become_owner(pid) == -1) return -1 ;
  r = kill(target, sig) ;
  become_again(uid) ;
  return r ;
}

void processsignal_send (pid_t pid, int group, int sig)
{
  pid_t target = group ? -pid : pid ;
  if (kill(target, sig) == 0) return ;
  /* the group exists once the process has made it; until then the process is all there is */
  if (group && errno == ESRCH && kill(pid, sig) == 0) return ;
  if (errno == EPERM) kill_as_owner(pid, target, sig) ;
}

void processsignal_end (pid_t pid, int group)
{
  processsignal_send(pid, group, SIGTERM) ;
  processsignal_send(pid, group, SIGCONT) ;
}

static int send_as_owner (pid_t pid, int pidfd, int sig)
{
  uid_t uid = geteuid() ;
  int r ;
  if (become_owner(pid) == -1) return -1 ;
  r = pidfd_send_signal(pidfd, sig, 0, 0) ;
  become_again(uid) ;
  return r ;
}

/* Returns 1, 0 or -1 as processsignal_exactly() does. */
static int send_to (pid_t pid, int pidfd, int sig)
{
  if (pidfd_send_signal(pidfd, sig, 0, 0) == 0) return 1 ;
  if (errno == EPERM && send_as_owner(pid, pidfd, sig) == 0) return 1 ;
  return errno == ESRCH ? 0 : -1 ;
}

int processsignal_exactly (pid_t pid, int sig, processsignal_check *check, void const *data)
{
  int r, e ;
  int fd = pidfd_open(pid, 0) ;
  if (fd == -1)
  {
    if (errno == ESRCH) return 0 ;
    /* a filter's refusal: the call itself knows no EPERM */
    if (errno == EPERM) errno = ENOSYS ;
    return -1 ;
  }
  /* if the number is another process's by now, the one that the descriptor is open on has ended, and nobody gets the signal */
  r = (*check)(pid, data) ? send_to(pid, fd, sig) : 0 ;
  e = errno ;
  fd_close(fd) ;
  errno = e ;
  return r ;
}

int processsignal_checked (pid_t pid, int sig, processsignal_check *check, void const *data)
{
  int r = processsignal_exactly(pid, sig, check, data) ;
  if (r >= 0 || errno != ENOSYS) return r ;
  if (!(*check)(pid, data)) return 0 ;
  if (kill(pid, sig) == 0 || (errno == EPERM && kill_as_owner(pid, pid, sig) == 0)) return 1 ;
  return errno == ESRCH ? 0 : -1 ;
}
