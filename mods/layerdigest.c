/* ISC license. */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/sha256.h>
#include <skalibs/fmtscan.h>
#include <skalibs/types.h>

#include "digest.h"
#include "layerdigest.h"

#define BLOCK 65536

static int add_file (SHA256Schedule *sha, int stagefd, char const *name)
{
  static char buf[BLOCK] ;
  ssize_t r ;
  int fd = openat(stagefd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  while ((r = fd_read(fd, buf, sizeof buf)) > 0) sha256_update(sha, buf, (size_t)r) ;
  fd_close(fd) ;
  return (int)r ;
}

static int add_link (SHA256Schedule *sha, int stagefd, char const *name)
{
  char buf[PATH_MAX] ;
  ssize_t r = readlinkat(stagefd, name, buf, sizeof buf) ;
  if (r == -1) return -1 ;
  sha256_update(sha, buf, (size_t)r) ;
  return 0 ;
}

/* What says where the content of one ends and the next begins stands before each: its size is in the line of a file. */
static int add_entry (SHA256Schedule *sha, int stagefd, struct layer const *layer, struct layer_entry const *e)
{
  char name[UINT32_FMT], line[64] ;
  char const *path = layer->names.s + e->path ;
  struct stat st = { .st_size = 0 } ;
  name[uint32_fmt(name, e->number)] = 0 ;
  if (e->type != LAYER_DIRECTORY && fstatat(stagefd, name, &st, AT_SYMLINK_NOFOLLOW) == -1) return -1 ;
  snprintf(line, sizeof line, "%d %o %lld ", (int)e->type, (unsigned int)e->mode, (long long)st.st_size) ;
  sha256_update(sha, line, strlen(line)) ;
  sha256_update(sha, path, strlen(path) + 1) ;
  if (e->type == LAYER_DIRECTORY) return 0 ;
  return e->type == LAYER_FILE ? add_file(sha, stagefd, name) : add_link(sha, stagefd, name) ;
}

int layerdigest (struct layer const *layer, int stagefd, char *ret)
{
  SHA256Schedule sha = SHA256_INIT() ;
  char raw[32] ;
  size_t i = 0 ;
  for (; i < layer->n ; i++) if (add_entry(&sha, stagefd, layer, layer->entries + i) == -1) return -1 ;
  sha256_final(&sha, raw) ;
  memcpy(ret, "sha256:", 7) ;
  ucharn_fmt(ret + 7, raw, sizeof raw) ;
  ret[7 + 2 * sizeof raw] = 0 ;
  return 0 ;
}
