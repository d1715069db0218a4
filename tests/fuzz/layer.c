/* ISC license. */

/* Any bytes as a tar, compressed or not: what is made of them is within the bounds, each file under its number and nowhere else, each path clean and in a
   directory of the layer. */

#include <dirent.h>
#include <sys/mman.h>

#include "fuzz.h"
#include "dotname.h"
#include "fstree.h"
#include "layerpath.h"
#include "layerstage.h"
#include "nametable.h"
#include "oneline.h"

#define BLOCK 512

/* few, so that they are met */
static struct layer_limits const limits = { .entries = 100, .bytes = 1048576, .names = 8192 } ;

static void check_path (struct nametable *t, struct layer const *l, struct layer_entry const *e)
{
  char clean[LAYERPATH_MAX + 1] ;
  char const *path = l->names.s + e->path, *why, *copy ;
  size_t n = t->n ;
  char *slash ;
  if (e->path >= l->names.len || layerpath_clean(path, clean, &why) == -1 || strcmp(clean, path) || !*path || layerpath_is_old_style(path)) abort() ;
  slash = strrchr(clean, '/') ;
  if (slash)
  {
    size_t i ;
    *slash = 0 ;
    i = nametable_find(t, clean) ;
    if (i == NAMETABLE_NONE || l->entries[i].type != LAYER_DIRECTORY) abort() ;
  }
  if (nametable_add(t, path, &copy) != n) abort() ;
}

static uint64_t check_staged (int stagefd, struct layer const *l, struct layer_entry const *e)
{
  char name[16], target[8192] ;
  struct stat st ;
  snprintf(name, sizeof name, "%u", (unsigned int)e->number) ;
  if (fstatat(stagefd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 || st.st_uid || st.st_gid) abort() ;
  if (e->type == LAYER_LINK)
  {
    ssize_t n = readlinkat(stagefd, name, target, sizeof target - 1) ;
    if (n <= 0) abort() ;
    target[n] = 0 ;
    if (layerpath_leads_out(l->names.s + e->path, target)) abort() ;
    return 0 ;
  }
  if (!S_ISREG(st.st_mode) || (st.st_mode & 07777) != e->mode) abort() ;
  return (uint64_t)st.st_size ;
}

/* Empties the directory. Returns how much there was. */
static size_t clear (int stagefd)
{
  int fd = openat(stagefd, ".", O_RDONLY | O_DIRECTORY) ;
  DIR *dir = fdopendir(fd) ;
  struct dirent const *d ;
  size_t n = 0 ;
  if (!dir) abort() ;
  while ((d = readdir(dir)))
  {
    if (is_dot(d->d_name)) continue ;
    if (d->d_name[strspn(d->d_name, "0123456789")] || fstree_remove(stagefd, d->d_name) == -1) abort() ;
    n++ ;
  }
  closedir(dir) ;
  return n ;
}

static void check_layer (int stagefd, struct layer const *l)
{
  struct nametable t = NAMETABLE_ZERO ;
  uint64_t bytes = 0 ;
  size_t i = 0, nfiles = 0 ;
  if (l->n > limits.entries || l->names.len > limits.names || l->bytes > limits.bytes) abort() ;
  for (; i < l->n ; i++)
  {
    struct layer_entry const *e = l->entries + i ;
    check_path(&t, l, e) ;
    if (e->mode & ~(mode_t)0755) abort() ;
    if (e->type == LAYER_DIRECTORY) continue ;
    bytes += check_staged(stagefd, l, e) ;
    nfiles++ ;
  }
  nametable_free(&t) ;
  if (nfiles != l->nfiles || bytes > l->bytes) abort() ;
}

/* Makes the checksums right, in what looks like a header: few others are read. */
static void mend (uint8_t *s, size_t len)
{
  for (; len >= BLOCK ; s += BLOCK, len -= BLOCK)
  {
    unsigned int sum = 0 ;
    size_t i = 0 ;
    char text[8] ;
    if (memcmp(s + 257, "ustar", 5)) continue ;
    memset(s + 148, ' ', 8) ;
    for (; i < BLOCK ; i++) sum += s[i] ;
    snprintf(text, sizeof text, "%06o", sum) ;
    memcpy(s + 148, text, sizeof text) ;
  }
}

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  static int fd = -1, stagefd = -1 ;
  struct layer l = { .n = 12345 } ;
  stralloc why = STRALLOC_ZERO ;
  struct layerstage st ;
  uint8_t *tar = malloc(len + 1) ;
  int r ;
  if (!tar) abort() ;
  memcpy(tar, s, len) ;
  mend(tar, len) ;
  if (fd == -1)
  {
    fd = memfd_create("tar", MFD_CLOEXEC) ;
    mkdirat(fuzz_dir(), "stage", 0700) ;
    stagefd = openat(fuzz_dir(), "stage", O_RDONLY | O_DIRECTORY) ;
    if (fd == -1 || stagefd == -1) abort() ;
  }
  if (ftruncate(fd, 0) == -1 || pwrite(fd, tar, len, 0) != (ssize_t)len || lseek(fd, 0, SEEK_SET) == -1) abort() ;
  layerstage_begin(&st, stagefd, &limits, &why) ;
  r = layerstage_end(&st, layertar_read(&st, fd), &l) ;
  if (r == 0)
  {
    if (why.len) abort() ;
    check_layer(stagefd, &l) ;
    if (clear(stagefd) != l.nfiles) abort() ;
    layer_free(&l) ;
  }
  else
  {
    if (!stralloc_0(&why) || !is_oneline(why.s) || !why.s[0] || strlen(why.s) + 1 != why.len || l.n != 12345) abort() ;
    clear(stagefd) ;
  }
  stralloc_free(&why) ;
  free(tar) ;
  return 0 ;
}
