/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/env.h>

#include "bootmode.h"
#include "look.h"
#include "writability.h"

#define BLANKS " \t\r\n"

int look_around (struct look *ret, char const *const *envp)
{
  struct look l = { .boot = { .rootfd = -1, .runfd = -1, .contenvfd = -1, .readyfd = -1 }, .envp = envp } ;
  struct rootfs root ;
  l.boot.rootfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (l.boot.rootfd == -1 || rootfs_inspect(l.boot.rootfd, &root) == -1) return -1 ;
  privileges_inspect(&l.boot.privileges) ;
  l.boot.mode = bootmode_of(&root, &l.boot.privileges) ;
  rundir_look(l.boot.rootfd, &l.boot.privileges, root.readonly, &l.run) ;
  l.run_errno = errno ;
  *ret = l ;
  return 0 ;
}

char *look_variable (struct look const *l, char const *name)
{
  char const *s = env_get2(l->envp, name) ;
  size_t len ;
  if (!s) return 0 ;
  s += strspn(s, BLANKS) ;
  len = strlen(s) ;
  while (len && strchr(BLANKS, s[len - 1])) len-- ;
  return len ? strndup(s, len) : 0 ;
}

int look_has_directory (struct look const *l, char const *path)
{
  struct stat st ;
  return fstatat(l->boot.rootfd, path, &st, 0) == 0 && S_ISDIR(st.st_mode) ;
}

int look_can_write (struct look const *l, char const *path)
{
  int fd = openat(l->boot.rootfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int e ;
  enum writability w ;
  if (fd == -1) return 0 ;
  w = writability_probe(fd, &e) ;
  fd_close(fd) ;
  return w == WRITABLE || w == WRITABLE_FULL ;
}
