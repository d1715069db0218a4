/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "contenv.h"
#include "filelist.h"

#define NAME_MAX_BYTES 255
#define TEMPORARY ".new"

int contenv_name_ok (char const *name, size_t len)
{
  /* a dot in front would collide with "." and "..", and with our temporary file; no shell can set such a name */
  return len && len <= NAME_MAX_BYTES && name[0] != '.' && !memchr(name, '/', len) && !memchr(name, '=', len) ;
}

static int write_value (int dirfd, char const *name, char const *value, size_t len)
{
  int e = 0 ;
  int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640) ;
  if (fd == -1) return -1 ;
  if (allwrite(fd, value, len) < len
   || (len && value[len-1] == '\n' && allwrite(fd, "\n", 1) < 1)) e = errno ;
  fd_close(fd) ;
  return e ? (errno = e, -1) : 0 ;
}

int contenv_set (int dirfd, char const *name, char const *value, size_t len)
{
  if (!contenv_name_ok(name, strlen(name))) return (errno = EINVAL, -1) ;
  if (unlinkat(dirfd, TEMPORARY, 0) == -1 && errno != ENOENT) return -1 ;
  if (write_value(dirfd, TEMPORARY, value, len) == -1) return -1 ;
  return renameat(dirfd, TEMPORARY, dirfd, name) ;
}

/* Appends the value to sa. O_NONBLOCK: a fifo put there must not stop us. */
static int read_value (int dirfd, char const *name, stralloc *sa)
{
  size_t start = sa->len ;
  int e = 0 ;
  int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK) ;
  if (fd == -1) return -1 ;
  if (!slurp(sa, fd)) e = errno ;
  fd_close(fd) ;
  if (e) return (errno = e, -1) ;
  if (sa->len > start && sa->s[sa->len - 1] == '\n') sa->len-- ;
  return stralloc_readyplus(sa, 1) ? (sa->s[sa->len] = 0, 0) : -1 ;
}

int contenv_get (int dirfd, char const *name, stralloc *sa)
{
  if (read_value(dirfd, name, sa) == 0) return 1 ;
  return errno == ENOENT ? 0 : -1 ;
}

int contenv_is_set (int dirfd, char const *name)
{
  stralloc sa = STRALLOC_ZERO ;
  int r = contenv_get(dirfd, name, &sa) == 1 && sa.len ;
  stralloc_free(&sa) ;
  return r ;
}

int contenv_dump (int dirfd, char const *const *envp, unsigned int *ret_skipped)
{
  unsigned int skipped = 0 ;
  for (; *envp ; envp++)
  {
    char const *eq = strchr(*envp, '=') ;
    char name[NAME_MAX_BYTES + 1] ;
    size_t len = eq ? (size_t)(eq - *envp) : 0 ;
    if (!contenv_name_ok(*envp, len)) { skipped++ ; continue ; }
    memcpy(name, *envp, len) ;
    name[len] = 0 ;
    if (write_value(dirfd, name, eq + 1, strlen(eq + 1)) == -1)
    {
      /* of two definitions of a variable, getenv(3) and every shell see the first */
      if (errno != EEXIST) return -1 ;
    }
  }
  *ret_skipped = skipped ;
  return 0 ;
}

int contenv_load (int dirfd, stralloc *sa, size_t *ret_n)
{
  size_t n = 0 ;
  DIR *dir ;
  int e ;
  int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  dir = fdopendir(fd) ;
  if (!dir) { fd_close(fd) ; return -1 ; }
  for (;;)
  {
    struct dirent const *d ;
    size_t start = sa->len, len, cut ;
    errno = 0 ;
    d = readdir(dir) ;
    if (!d) break ;
    len = strlen(d->d_name) ;
    if (!contenv_name_ok(d->d_name, len)) continue ;
    if (!stralloc_catb(sa, d->d_name, len) || !stralloc_catb(sa, "=", 1)) break ;
    if (read_value(fd, d->d_name, sa) == -1)
    {
      sa->len = start ;
      /* removed meanwhile; or a directory, which is no variable */
      if (errno == ENOENT || errno == EISDIR) continue ;
      break ;
    }
    cut = strlen(sa->s + start) ;
    sa->len = start + cut + 1 ;
    n++ ;
  }
  e = errno ;
  closedir(dir) ;
  if (e) return (errno = e, -1) ;
  *ret_n = n ;
  return 0 ;
}

/* Without the capability FSETID the kernel takes the set-group-ID bit from the mode, unless the group is one of the caller's: so it is, meanwhile.
   Returns 0, or -1 and sets errno. */
static int set_mode_in_group (int dirfd, gid_t gid)
{
  gid_t own = getegid() ;
  int r, e ;
  /* without SETGID nobody else will have the group either */
  if (setegid(gid) == -1) return 0 ;
  r = fchmod(dirfd, CONTENV_MODE) ;
  e = errno ;
  /* the real one still: this cannot fail */
  if (setegid(own) == -1) return -1 ;
  /* the change of ids has closed what /proc has of us */
  prctl(PR_SET_DUMPABLE, 1ul, 0ul, 0ul, 0ul) ;
  return (errno = e, r) ;
}

int contenv_give_directory (int dirfd, gid_t gid)
{
  struct stat st ;
  /* in this order: a change of group may take the bit away */
  if (fchown(dirfd, (uid_t)-1, gid) == -1 || fchmod(dirfd, CONTENV_MODE) == -1 || fstat(dirfd, &st) == -1) return -1 ;
  return st.st_mode & S_ISGID ? 0 : set_mode_in_group(dirfd, gid) ;
}

int contenv_give (int dirfd, gid_t gid)
{
  struct filelist list ;
  char const *name ;
  int e = 0 ;
  if (filelist_open(dirfd, ".", &filelist_by_name, &list) == -1) return -1 ;
  while (!e && (name = filelist_next(&list)))
    if (fchownat(dirfd, name, (uid_t)-1, gid, AT_SYMLINK_NOFOLLOW) == -1 && errno != ENOENT) e = errno ;
  filelist_free(&list) ;
  if (!e && contenv_give_directory(dirfd, gid) == -1) e = errno ;
  return e ? (errno = e, -1) : 0 ;
}

unsigned int contenv_milliseconds (int dirfd, char const *name, unsigned int fallback)
{
  stralloc sa = STRALLOC_ZERO ;
  unsigned int n ;
  if (contenv_get(dirfd, name, &sa) != 1 || !uint0_scan(sa.s, &n)) n = fallback ;
  stralloc_free(&sa) ;
  return n ;
}

int contenv_is_true (char const *s)
{
  unsigned int n ;
  return uint0_scan(s, &n) ? n != 0 : !strcasecmp(s, "true") || !strcasecmp(s, "yes") ;
}

int contenv_boolean (int dirfd, char const *name)
{
  stralloc sa = STRALLOC_ZERO ;
  int r = contenv_get(dirfd, name, &sa) == 1 && contenv_is_true(sa.s) ;
  stralloc_free(&sa) ;
  return r ;
}
