/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <s6/supervise.h>

#include "accessat.h"
#include "regularfile.h"
#include "scriptfile.h"
#include "servicedir.h"

#define LOG "log"
#define DOWN "down"

char const *servicedir_error_text (enum servicedir_error e)
{
  static char const *const texts[] =
  {
    [SERVICEDIR_OK] = "in order",
    [SERVICEDIR_SYSTEM] = "cannot be read",
    [SERVICEDIR_NAME] = "has a name that no service can have; use letters, digits, '-', '_' and '.'",
    [SERVICEDIR_NO_RUN] = "has no run file; add one, or remove the directory",
    [SERVICEDIR_RUN_NOT_FILE] = "its run is not a regular file",
    [SERVICEDIR_RUN_NOT_EXECUTABLE] = "its run is not executable; chmod +x it in the image",
    [SERVICEDIR_RUN_CRLF] = "the first line of its run ends in CRLF; save the file with LF line ends",
    [SERVICEDIR_RUN_INTERPRETER] = "the interpreter in the first line of its run does not exist or is not executable",
    [SERVICEDIR_NOTIFICATION_FD] = "its notification-fd is not a number of at least 3"
  } ;
  return texts[e] ;
}

static ssize_t read_start (int dirfd, char const *name, char *buf, size_t max)
{
  ssize_t r ;
  int fd = regularfile_open(dirfd, name, O_RDONLY) ;
  /* what is no file has no number in it */
  if (fd == -1) return errno == EINVAL || errno == EISDIR ? 0 : -1 ;
  r = (ssize_t)allread(fd, buf, max) ;
  fd_close(fd) ;
  return r ;
}

static enum servicedir_error check_notification (int srcfd, int *ret_notifies)
{
  char buf[UINT_FMT + 2] ;
  unsigned int fd ;
  size_t len ;
  ssize_t r = read_start(srcfd, "notification-fd", buf, sizeof buf - 1) ;
  if (r == -1)
  {
    if (errno != ENOENT) return SERVICEDIR_SYSTEM ;
    *ret_notifies = 0 ;
    return SERVICEDIR_OK ;
  }
  buf[r] = 0 ;
  len = uint_scan(buf, &fd) ;
  if (!len || (buf[len] && (buf[len] != '\n' || buf[len+1])) || fd < 3 || fd > INT_MAX) return SERVICEDIR_NOTIFICATION_FD ;
  *ret_notifies = 1 ;
  return SERVICEDIR_OK ;
}

enum servicedir_error servicedir_check_name (char const *name)
{
  /* s6-svscan takes NAME/log for a service of its own, and prints names on the log */
  for (; *name ; name++) if (((unsigned char)*name < 32 && *name != '\t') || *name == '/' || *name == 127) return SERVICEDIR_NAME ;
  return SERVICEDIR_OK ;
}

enum servicedir_error servicedir_check (char const *name, int srcfd, int *ret_notifies)
{
  struct stat st ;
  enum servicedir_error e = servicedir_check_name(name) ;
  if (e) return e ;
  if (fstatat(srcfd, "run", &st, 0) == -1) return errno == ENOENT ? SERVICEDIR_NO_RUN : SERVICEDIR_SYSTEM ;
  return S_ISREG(st.st_mode) ? check_notification(srcfd, ret_notifies) : SERVICEDIR_RUN_NOT_FILE ;
}

enum servicedir_error servicedir_check_run (int rootfd, int dirfd, char const *file, int helped)
{
  struct scriptfile f ;
  char const *path ;
  if (scriptfile_inspect(dirfd, file, &f) == -1)
    return errno == ENOENT ? SERVICEDIR_NO_RUN : errno == EISDIR || errno == ENOTSUP ? SERVICEDIR_RUN_NOT_FILE : SERVICEDIR_SYSTEM ;
  if (!helped && !f.executable) return SERVICEDIR_RUN_NOT_EXECUTABLE ;
  path = f.interpreter ;
  if (!path) return SERVICEDIR_OK ;
  if (!helped && f.crlf) return SERVICEDIR_RUN_CRLF ;
  path += strspn(path, "/") ;
  return *path && accessat(rootfd, path, X_OK) == -1 ? SERVICEDIR_RUN_INTERPRETER : SERVICEDIR_OK ;
}

/* What the supervisor or we write: never a link into the (possibly read-only) definition. */
static int is_ours (char const *s)
{
  return !strcmp(s, S6_SUPERVISE_CTLDIR) || !strcmp(s, S6_SUPERVISE_EVENTDIR) || !strcmp(s, DOWN) ;
}

static int link_entries (int dstfd, int srcfd, char const *src, int top, int *ret_has_down)
{
  DIR *dir ;
  int e ;
  int fd = openat(srcfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  dir = fdopendir(fd) ;
  if (!dir) { fd_close(fd) ; return -1 ; }
  for (;;)
  {
    char target[PATH_MAX] ;
    struct dirent const *d ;
    errno = 0 ;
    d = readdir(dir) ;
    if (!d) break ;
    if (d->d_name[0] == '.') continue ;
    if (is_ours(d->d_name))
    {
      if (!strcmp(d->d_name, DOWN)) *ret_has_down = 1 ;
      continue ;
    }
    if (snprintf(target, sizeof target, "%s/%s", src, d->d_name) >= (int)sizeof target) { errno = ENAMETOOLONG ; break ; }
    if (top && !strcmp(d->d_name, LOG))
    {
      int ignored = 0 ;
      int logfd = openat(srcfd, LOG, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
      if (logfd >= 0)
      {
        int r = servicedir_make(dstfd, LOG, logfd, target, 0, &ignored) ;
        fd_close(logfd) ;
        if (r == -1) break ;
        continue ;
      }
      if (errno != ENOTDIR) break ;
    }
    if (symlinkat(target, dstfd, d->d_name) == -1) break ;
  }
  e = errno ;
  closedir(dir) ;
  return e ? (errno = e, -1) : 0 ;
}

int servicedir_create (int dirfd, char const *name)
{
  int fd, e ;
  if (mkdirat(dirfd, name, 0755) == -1) return -1 ;
  fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  /* the mode that s6-supervise gives it: only its own group may subscribe */
  if (mkdirat(fd, S6_SUPERVISE_EVENTDIR, 0700) == 0 && fchmodat(fd, S6_SUPERVISE_EVENTDIR, 03730, 0) == 0) return fd ;
  e = errno ;
  fd_close(fd) ;
  return (errno = e, -1) ;
}

int servicedir_keep_down (int fd)
{
  int d = openat(fd, DOWN, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644) ;
  if (d == -1) return errno == EEXIST ? 0 : -1 ;
  fd_close(d) ;
  return 0 ;
}

int servicedir_let_up (int fd)
{
  return unlinkat(fd, DOWN, 0) == -1 && errno != ENOENT ? -1 : 0 ;
}

int servicedir_make (int dirfd, char const *name, int srcfd, char const *src, int down, int *ret_has_down)
{
  int has_down = 0 ;
  int r, e ;
  int fd = servicedir_create(dirfd, name) ;
  if (fd == -1) return -1 ;
  r = link_entries(fd, srcfd, src, strcmp(name, LOG), &has_down) ;
  if (r == 0 && (down || has_down)) r = servicedir_keep_down(fd) ;
  e = errno ;
  fd_close(fd) ;
  if (r == 0) *ret_has_down = has_down ;
  return (errno = e, r) ;
}
