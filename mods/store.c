/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>

#include "atomicfile.h"
#include "clock.h"
#include "digest.h"
#include "modname.h"
#include "regularfile.h"
#include "shortfile.h"
#include "store.h"
#include "timelimit.h"

#define PART ".part"
#define LOCK ".lock"
#define TAG "tag:"

static char const *file_name (char const *digest, char const *suffix, char *buf, size_t size)
{
  snprintf(buf, size, "%s%s", digest, suffix) ;
  return buf ;
}

int store_open (int storefd, char const *digest)
{
  uint64_t size ;
  int fd = regularfile_open(storefd, digest, O_RDONLY | O_NOFOLLOW) ;
  int r ;
  if (fd == -1) return -1 ;
  r = digest_check(fd, digest, &size) ;
  if (r == 1) return fd ;
  fd_close(fd) ;
  /* it has been damaged since */
  if (r == 0)
  {
    unlinkat(storefd, digest, 0) ;
    errno = ENOENT ;
  }
  return -1 ;
}

int store_lock (int storefd, char const *digest, tain const *deadline)
{
  char name[DIGEST_MAX + sizeof LOCK] ;
  struct timelimit limit ;
  int r, e ;
  int fd = openat(storefd, file_name(digest, LOCK, name, sizeof name), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600) ;
  if (fd == -1) return -1 ;
  /* -1, which has no end, is more than it takes for one */
  timelimit_begin(&limit, (unsigned int)clock_left(deadline)) ;
  r = flock(fd, LOCK_EX) ;
  e = errno ;
  timelimit_end(&limit) ;
  if (r == 0) return fd ;
  fd_close(fd) ;
  errno = e ;
  return -1 ;
}

int store_begin (int storefd, char const *digest)
{
  char name[DIGEST_MAX + sizeof PART] ;
  file_name(digest, PART, name, sizeof name) ;
  /* what a process that was killed has left */
  if (unlinkat(storefd, name, 0) == -1 && errno != ENOENT) return -1 ;
  return openat(storefd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) ;
}

off_t store_progress (int storefd, char const *digest)
{
  char name[DIGEST_MAX + sizeof PART] ;
  struct stat st ;
  return fstatat(storefd, file_name(digest, PART, name, sizeof name), &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_size : 0 ;
}

void store_forget (int storefd, char const *digest)
{
  char name[DIGEST_MAX + sizeof PART] ;
  int e = errno ;
  unlinkat(storefd, file_name(digest, PART, name, sizeof name), 0) ;
  errno = e ;
}

int store_end (int storefd, char const *digest, int fd)
{
  char name[DIGEST_MAX + sizeof PART] ;
  uint64_t size ;
  int r = digest_check(fd, digest, &size) ;
  file_name(digest, PART, name, sizeof name) ;
  /* others count on what has its name: it is on disk before */
  if (r == 1 && (fsync(fd) == -1 || renameat(storefd, name, storefd, digest) == -1)) r = -1 ;
  if (r != 1) store_forget(storefd, digest) ;
  return r ;
}

/* A file name of the image's. Returns 1, or 0 and sets errno. */
static int tag_file (char const *name, stralloc *file)
{
  return stralloc_cats(file, TAG) && modname_file(name, file) ;
}

int store_tag (int storefd, char const *name, char *ret)
{
  char buf[DIGEST_MAX + 2] ;
  stralloc file = STRALLOC_ZERO ;
  ssize_t r = tag_file(name, &file) ? shortfile_read(storefd, file.s, buf, sizeof buf) : -1 ;
  stralloc_free(&file) ;
  if (r <= 0 || !digest_is_valid(buf)) return 0 ;
  strcpy(ret, buf) ;
  return 1 ;
}

int store_set_tag (int storefd, char const *name, char const *digest)
{
  stralloc file = STRALLOC_ZERO ;
  int r = tag_file(name, &file) ? atomicfile_write(storefd, file.s, digest, strlen(digest), 0600) : -1 ;
  int e = errno ;
  stralloc_free(&file) ;
  errno = e ;
  return r ;
}
