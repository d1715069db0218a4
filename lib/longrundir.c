/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "accessat.h"
#include "longrundir.h"
#include "paths.h"
#include "servicedir.h"

/* what s6-rc-compile takes from a definition, but for run and finish, and s6-supervise reads */
static char const *const files[] =
{
  "notification-fd", "lock-fd", "timeout-kill", "timeout-finish", "max-death-tally", "down-signal", "flag-newpidns", "data", "env"
} ;

/* Links name in the servicedir to file of the definition. */
static int link_file (struct longrundir const *d, int fd, char const *file, char const *name)
{
  char target[PATH_MAX] ;
  if (snprintf(target, sizeof target, "%s/%s", d->src, file) >= (int)sizeof target) return (errno = ENAMETOOLONG, -1) ;
  return symlinkat(target, fd, name) ;
}

/* Links file, which is to be executed, by way of exe if help is nonzero or the file needs it. Returns whether it is so, or -1. */
static int link_program (struct longrundir const *d, int fd, char const *file, int help, char const *exe, char const *script)
{
  if (!help && accessat(d->srcfd, file, X_OK) == 0) return link_file(d, fd, file, file) ;
  return symlinkat(exe, fd, file) == -1 || link_file(d, fd, file, script) == -1 ? -1 : 1 ;
}

static int link_pipe (int fd, char const *consumer, char const *name)
{
  char target[sizeof "../../../" RUN_PIPES "/" + NAME_MAX] ;
  if (snprintf(target, sizeof target, "../../../" RUN_PIPES "/%s", consumer) >= (int)sizeof target) return (errno = ENAMETOOLONG, -1) ;
  return symlinkat(target, fd, name) ;
}

/* Who has the pipe may open it again, as /dev/stdout, whoever it runs as; nobody else gets to it. */
static int make_pipe (int runfd, char const *name)
{
  int r = -1, e ;
  int fd ;
  if (mkdirat(runfd, RUN_PIPES, 0700) == -1 && errno != EEXIST) return -1 ;
  fd = openat(runfd, RUN_PIPES, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  if (mkfifoat(fd, name, 0600) == 0) r = fchmodat(fd, name, 0666, 0) ;
  e = errno ;
  fd_close(fd) ;
  return (errno = e, r) ;
}

static int fill (int runfd, int fd, char const *exe, struct longrundir const *d, int *ret_helped)
{
  size_t i = 0 ;
  int helped = link_program(d, fd, "run", d->reads || d->consumer, exe, SERVICE_SCRIPT) ;
  if (helped == -1) return -1 ;
  for (; i < sizeof files / sizeof files[0] ; i++)
  {
    if (accessat(d->srcfd, files[i], F_OK) == 0 && link_file(d, fd, files[i], files[i]) == -1) return -1 ;
  }
  if (accessat(d->srcfd, "finish", F_OK) == 0 && link_program(d, fd, "finish", 0, exe, SERVICE_FINISH) == -1) return -1 ;
  if (d->reads && (make_pipe(runfd, d->name) == -1 || link_pipe(fd, d->name, SERVICE_STDIN) == -1)) return -1 ;
  if (d->consumer && link_pipe(fd, d->consumer, SERVICE_STDOUT) == -1) return -1 ;
  *ret_helped = helped ;
  return servicedir_keep_down(fd) ;
}

int longrundir_make (int runfd, char const *exe, struct longrundir const *d, int *ret_helped)
{
  int r = -1, e ;
  int fd ;
  int parent = openat(runfd, RUN_SERVICEDIRS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (parent == -1) return -1 ;
  fd = servicedir_create(parent, d->name) ;
  e = errno ;
  fd_close(parent) ;
  if (fd == -1) return (errno = e, -1) ;
  r = fill(runfd, fd, exe, d, ret_helped) ;
  e = errno ;
  fd_close(fd) ;
  return (errno = e, r) ;
}
