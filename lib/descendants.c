/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include "descendants.h"
#include "paths.h"
#include "processsignal.h"
#include "shortfile.h"

/* What is further below than this comes nearer when what is between has ended. */
#define DEPTH_MAX 1000

struct family
{
  pid_t top ;
  int procfd ;
  int sig ;
  struct processtable *told ;
} ;

/* Returns a descriptor of /proc, or -1 and sets errno. One of another PID namespace has other numbers. */
static int open_proc (void)
{
  char self[PID_FMT + 1] ;
  pid_t pid ;
  ssize_t n ;
  int fd = open(PATH_PROC, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  n = readlinkat(fd, "self", self, sizeof self - 1) ;
  self[n > 0 ? n : 0] = 0 ;
  if (pid0_scan(self, &pid) && pid == getpid()) return fd ;
  fd_close(fd) ;
  return (errno = ENOENT, -1) ;
}

/* Returns the parent of process pid; 0: it is in another PID namespace, or nothing is known of the process. */
static pid_t parent (int procfd, pid_t pid)
{
  char path[PID_FMT + sizeof "/stat"], stat[256] ;
  char const *s ;
  pid_t ret ;
  strcpy(path + pid_fmt(path, pid), "/stat") ;
  if (shortfile_read(procfd, path, stat, sizeof stat) == -1) return 0 ;
  /* "PID (NAME) STATE PARENT ...": the name can have anything in it */
  s = strrchr(stat, ')') ;
  return s && strlen(s) > 4 && pid_scan(s + 4, &ret) ? ret : 0 ;
}

/* Each parent is looked at before and after those above it. While a process lives, its parent's number can only become another process's
   with another parent named here: a chain that is the same both times has no stranger in it. Where it is another one, somebody in it has
   ended, and whose child that makes the process is still to be found out. */
static int leads_to (int procfd, pid_t pid, pid_t top, unsigned int depth)
{
  pid_t up = parent(procfd, pid) ;
  for (;;)
  {
    pid_t before = up ;
    int r ;
    if (up == top) return 1 ;
    if (up <= 1 || !depth) return 0 ;
    r = leads_to(procfd, up, top, depth - 1) ;
    up = parent(procfd, pid) ;
    if (up == before) return r ;
  }
}

static int is_below (pid_t pid, void const *data)
{
  struct family const *f = data ;
  return leads_to(f->procfd, pid, f->top, DEPTH_MAX) ;
}

static int is_another (pid_t pid, void const *data)
{
  (void)data ;
  return pid > 1 ;
}

int descendants_signal (pid_t top, pid_t pid, int sig)
{
  struct family f = { .top = top } ;
  int r, e ;
  if (top == 1) return processsignal_checked(pid, sig, &is_another, 0) ;
  f.procfd = open_proc() ;
  if (f.procfd == -1) return -1 ;
  r = processsignal_checked(pid, sig, &is_below, &f) ;
  e = errno ;
  fd_close(f.procfd) ;
  errno = e ;
  return r ;
}

/* Whether pid is a child of ours, ended or not: only we can reap it, until then the number is its own. */
static int is_child (pid_t pid)
{
  siginfo_t si ;
  return waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 ;
}

/* Returns 0, or -1 and sets errno. */
static int reach (struct family const *f, pid_t pid)
{
  int r = 1 ;
  if (pid == getpid() || (f->told && processtable_has(f->told, pid))) return 0 ;
  if (f->top == getpid() && is_child(pid)) processsignal_send(pid, 0, f->sig) ;
  else r = processsignal_exactly(pid, f->sig, &is_below, f) ;
  /* what does not fit in is signalled twice at worst */
  if (r == 1 && f->told) processtable_add(f->told, pid, 0) ;
  return r == -1 ? -1 : 0 ;
}

/* Children are known also where /proc hides other users' processes. */
static void reach_children (struct family const *f)
{
  stralloc list = STRALLOC_ZERO ;
  size_t i = 0, len ;
  pid_t pid ;
  int fd = open(PATH_OWN_CHILDREN, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1) return ;
  if (slurp(&list, fd) && stralloc_0(&list))
    for (; (len = pid_scan(list.s + i, &pid)) ; i += len + (list.s[i + len] == ' ')) reach(f, pid) ;
  stralloc_free(&list) ;
  fd_close(fd) ;
}

/* Returns 0, or -1 and sets errno: somebody was out of reach. */
static int reach_all (struct family const *f, DIR *proc)
{
  struct dirent *d ;
  pid_t pid ;
  int e = 0 ;
  if (f->top == getpid()) reach_children(f) ;
  while ((d = readdir(proc)))
    if (pid0_scan(d->d_name, &pid) && reach(f, pid) == -1) e = errno ;
  return e ? (errno = e, -1) : 0 ;
}

int descendants_signal_all (pid_t top, int sig, struct processtable *told)
{
  struct family f = { .top = top, .sig = sig, .told = told } ;
  DIR *proc ;
  int r, e ;
  /* all but process 1 and the caller, at once */
  if (top == 1) return kill(-1, sig) == -1 && errno != ESRCH ? -1 : 0 ;
  f.procfd = open_proc() ;
  if (f.procfd == -1) return -1 ;
  proc = fdopendir(f.procfd) ;
  if (!proc) { fd_close(f.procfd) ; return -1 ; }
  r = reach_all(&f, proc) ;
  e = errno ;
  closedir(proc) ;
  return r == -1 ? (errno = e, -1) : 0 ;
}
