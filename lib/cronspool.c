/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "accessat.h"
#include "atomicfile.h"
#include "cronspool.h"
#include "crontab.h"
#include "filelist.h"
#include "paths.h"
#include "reason.h"

static int find_program (int rootfd, char const *dir, char const *name, struct stat *st)
{
  char path[PATH_MAX] ;
  snprintf(path, sizeof path, "%s/%s", dir, name) ;
  return fstatat(rootfd, path, st, 0) == 0 && S_ISREG(st->st_mode) && st->st_mode & 0111 ;
}

/* Finds name where programs are. */
static int find (int rootfd, char const *name, struct stat *st)
{
  static char const *const dirs[] = { ROOT_PROGRAM_DIRS } ;
  size_t i = 0 ;
  for (; i < sizeof dirs / sizeof dirs[0] ; i++) if (find_program(rootfd, dirs[i], name, st)) return 1 ;
  return 0 ;
}

enum crondaemon crondaemon_find (int rootfd)
{
  struct stat busybox, st ;
  /* by its names busybox says what it can, without being run; a crond of its own is another's, with another command line */
  if (find(rootfd, "busybox", &busybox) && find(rootfd, "crond", &st) && st.st_dev == busybox.st_dev && st.st_ino == busybox.st_ino)
    return CRONDAEMON_BUSYBOX ;
  return accessat(rootfd, ROOT_CRON, X_OK) == 0 ? CRONDAEMON_CRON : CRONDAEMON_NONE ;
}

int cronspool_open (int rootfd)
{
  struct stat st ;
  /* Alpine's is a link to /etc/crontabs; what it stands in is the distribution's */
  int fd = openat(rootfd, ROOT_CRON_SPOOL, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int e = 0 ;
  if (fd == -1) return -1 ;
  if (fstat(fd, &st) == -1) e = errno ;
  else if (st.st_uid || st.st_mode & S_IWOTH) e = EPERM ;
  if (!e) return fd ;
  fd_close(fd) ;
  return (errno = e, -1) ;
}

/* Whether the daemon takes it as it is; busybox's does not ask for the mode. */
static int is_right (enum crondaemon daemon, struct stat const *st, struct stat const *wanted, stralloc const *old, char const *s, size_t len)
{
  int mode = daemon == CRONDAEMON_BUSYBOX ? !(st->st_mode & (S_IWGRP | S_IWOTH)) : (st->st_mode & 07777) == wanted->st_mode ;
  return mode && st->st_uid == wanted->st_uid && old->len == len && !memcmp(old->s, s, len) ;
}

int cronspool_install (int spoolfd, enum crondaemon daemon, char const *user, uid_t uid, char const *s, size_t len)
{
  stralloc old = STRALLOC_ZERO ;
  struct stat wanted = { .st_mode = 0600 }, st ;
  int trusted, right ;
  if (daemon == CRONDAEMON_CRON)
  {
    /* crontab(1), which is set-gid, lists it for its user */
    if (fstat(spoolfd, &st) == -1) return -1 ;
    wanted.st_uid = uid ;
    wanted.st_gid = st.st_gid ;
  }
  right = crontab_read(spoolfd, user, &old, &trusted) == 1 && fstatat(spoolfd, user, &st, AT_SYMLINK_NOFOLLOW) == 0
       && is_right(daemon, &st, &wanted, &old, s, len) ;
  stralloc_free(&old) ;
  if (right) return 0 ;
  return atomicfile_install(spoolfd, user, s, len, &wanted, 1) == -1 ? -1 : 1 ;
}

int cronspool_copy (int fromfd, int tofd)
{
  struct filelist list ;
  stralloc text = STRALLOC_ZERO ;
  char const *name ;
  int e = 0 ;
  if (filelist_open(fromfd, ".", &filelist_by_name, &list) == -1) return -1 ;
  while (!e && (name = filelist_next(&list)))
  {
    int trusted ;
    text.len = 0 ;
    if (crontab_read(fromfd, name, &text, &trusted) == 1 && trusted
     && cronspool_install(tofd, CRONDAEMON_BUSYBOX, name, 0, text.s, text.len) == -1) e = errno ;
  }
  filelist_free(&list) ;
  stralloc_free(&text) ;
  return e ? (errno = e, -1) : 0 ;
}

int cronspool_list (int spoolfd, stralloc *names)
{
  struct filelist list ;
  stralloc text = STRALLOC_ZERO ;
  char const *name ;
  if (filelist_open(spoolfd, ".", &filelist_by_name, &list) == -1) return -1 ;
  while ((name = filelist_next(&list)))
  {
    int trusted ;
    text.len = 0 ;
    if (crontab_read(spoolfd, name, &text, &trusted) == 1 && crontab_has_entries(text.s, text.len)) reason_item(names, name) ;
  }
  filelist_free(&list) ;
  stralloc_free(&text) ;
  return 0 ;
}
