/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "layerpath.h"
#include "layerstage.h"
#include "oneline.h"
#include "reason.h"

/* All that a mod brings is root's; nobody else writes it, and nobody becomes root by it. */
#define MODE_KEPT 0755
/* of a name in a message: archives have such of a megabyte */
#define SHOWN_MAX 160
#define NUMBER_SIZE 12

static char const *number_name (uint32_t number, char *buf)
{
  snprintf(buf, NUMBER_SIZE, "%u", (unsigned int)number) ;
  return buf ;
}

void layerstage_begin (struct layerstage *st, int stagefd, struct layer_limits const *limits, stralloc *why)
{
  *st = (struct layerstage){ .stagefd = stagefd, .why = why } ;
  layerentries_begin(&st->entries, limits) ;
}

int layerstage_end (struct layerstage *st, int r, struct layer *ret)
{
  st->entries.layer.bytes = st->bytes ;
  st->entries.layer.old_style = st->old_style ;
  layerentries_end(&st->entries, r == 0, ret) ;
  return r ;
}

int layerstage_fail (struct layerstage *st, int e, char const *name, char const *why)
{
  char shown[SHOWN_MAX + 1] ;
  size_t start = st->why->len ;
  size_t len = strnlen(name, sizeof shown) ;
  int cut = len > SHOWN_MAX ;
  if (cut) len = SHOWN_MAX ;
  memcpy(shown, name, len) ;
  shown[len] = 0 ;
  reason_add(st->why, shown, cut ? "..." : "", len ? ": " : "", why) ;
  /* without memory for it, nothing is left of it */
  if (st->why->len > start) oneline(st->why->s + start, st->why->len - start) ;
  return (errno = e, -1) ;
}

static int fail_errno (struct layerstage *st, char const *name)
{
  int e = errno ;
  return layerstage_fail(st, e, name, strerror(e)) ;
}

/* Counts what is to be unpacked. Also what is left out, or replaced later: it has to be read. */
static int count_bytes (struct layerstage *st, char const *name, int64_t size)
{
  if (size < 0) return layerstage_fail(st, EINVAL, name, "its size is none") ;
  if ((uint64_t)size > st->entries.limits.bytes - st->bytes) return layerstage_fail(st, EINVAL, name, "the layer unpacks to more than a mod may have") ;
  st->bytes += (uint64_t)size ;
  return 0 ;
}

int layerstage_enter (struct layerstage *st, char const *raw, enum layerstage_kind kind, int64_t size, char *path)
{
  char const *why ;
  if (st->seen++ >= st->entries.limits.entries) return layerstage_fail(st, EINVAL, raw, "the layer has too many entries") ;
  if (layerpath_clean(raw, path, &why) == -1) return layerstage_fail(st, EINVAL, raw, why) ;
  if (kind == LAYERSTAGE_OTHER) return layerstage_fail(st, EINVAL, raw, "it is neither a file nor a link nor a directory") ;
  if (count_bytes(st, raw, size) == -1) return -1 ;
  if (layerpath_is_reserved(path)) return layerstage_fail(st, EINVAL, raw, "it is where the state of mods is kept") ;
  if (!path[0]) return kind == LAYERSTAGE_DIRECTORY ? 0 : layerstage_fail(st, EINVAL, raw, "it is the root, and no directory") ;
  if (!layerpath_is_old_style(path)) return 1 ;
  st->old_style = 1 ;
  return 0 ;
}

static int add (struct layerstage *st, char const *path, enum layer_type type, mode_t mode, uint32_t number)
{
  char const *why ;
  if (layerentries_add(&st->entries, path, type, mode, number, &why) == 0) return 0 ;
  return layerstage_fail(st, errno, path, why) ;
}

/* Gives the entry a number, whose name in the staging directory is stored in buf. What it had under another one, as the archive had it before, is
   removed. */
static int add_numbered (struct layerstage *st, char const *path, enum layer_type type, mode_t mode, char *buf)
{
  struct layer_entry const *old = layerentries_find(&st->entries, path) ;
  if (old && old->type != LAYER_DIRECTORY && unlinkat(st->stagefd, number_name(old->number, buf), 0) == -1) return fail_errno(st, path) ;
  if (add(st, path, type, mode, st->next) == -1) return -1 ;
  number_name(st->next++, buf) ;
  return 0 ;
}

int layerstage_directory (struct layerstage *st, char const *path, mode_t mode)
{
  return add(st, path, LAYER_DIRECTORY, mode & MODE_KEPT, 0) ;
}

int layerstage_link (struct layerstage *st, char const *path, char const *target)
{
  char number[NUMBER_SIZE] ;
  char const *why ;
  if (!target || !target[0]) return layerstage_fail(st, EINVAL, path, "it is a link without a target") ;
  if (strlen(target) >= PATH_MAX) return layerstage_fail(st, EINVAL, path, "it is a link whose target is too long") ;
  if (layerpath_leads_out(path, target)) return layerstage_fail(st, EINVAL, path, "it is a link that leads out of the root") ;
  if (layerentries_count_name(&st->entries, target, &why) == -1) return layerstage_fail(st, errno, path, why) ;
  if (add_numbered(st, path, LAYER_LINK, 0, number) == -1) return -1 ;
  if (symlinkat(target, st->stagefd, number) == -1) return fail_errno(st, path) ;
  return fchownat(st->stagefd, number, 0, 0, AT_SYMLINK_NOFOLLOW) == -1 ? fail_errno(st, path) : 0 ;
}

/* A second name of a symbolic link: it may lead out from there, though the first does not. */
static int link_again (struct layerstage *st, char const *path, char const *number)
{
  char target[PATH_MAX] ;
  ssize_t n = readlinkat(st->stagefd, number, target, sizeof target) ;
  if (n == -1) return fail_errno(st, path) ;
  if ((size_t)n >= sizeof target) return layerstage_fail(st, EINVAL, path, "it is a link whose target is too long") ;
  target[n] = 0 ;
  return layerstage_link(st, path, target) ;
}

int layerstage_hardlink (struct layerstage *st, char const *path, char const *target)
{
  char clean[LAYERPATH_MAX + 1], from[NUMBER_SIZE], number[NUMBER_SIZE] ;
  struct layer_entry const *found ;
  struct stat stat ;
  char const *why ;
  mode_t mode ;
  if (layerpath_clean(target, clean, &why) == -1) found = 0 ;
  else found = strcmp(clean, path) ? layerentries_find(&st->entries, clean) : 0 ;
  if (!found || found->type == LAYER_DIRECTORY) return layerstage_fail(st, EINVAL, path, "it is a hard link to what is no file of the layer") ;
  number_name(found->number, from) ;
  mode = found->mode ;
  if (found->type == LAYER_LINK) return link_again(st, path, from) ;
  if (fstatat(st->stagefd, from, &stat, AT_SYMLINK_NOFOLLOW) == -1) return fail_errno(st, path) ;
  /* on another file system each will be a file of its own */
  if (count_bytes(st, path, stat.st_size) == -1) return -1 ;
  if (add_numbered(st, path, LAYER_FILE, mode, number) == -1) return -1 ;
  return linkat(st->stagefd, from, st->stagefd, number, 0) == -1 ? fail_errno(st, path) : 0 ;
}

int layerstage_file (struct layerstage *st, char const *path, mode_t mode, int64_t size)
{
  char number[NUMBER_SIZE] ;
  int fd ;
  mode &= MODE_KEPT ;
  if (add_numbered(st, path, LAYER_FILE, mode, number) == -1) return -1 ;
  fd = openat(st->stagefd, number, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) ;
  if (fd == -1) return fail_errno(st, path) ;
  /* the owner before the mode, whose bits a change of the owner may clear */
  if (fchown(fd, 0, 0) == 0 && fchmod(fd, mode) == 0 && ftruncate(fd, size) == 0) return fd ;
  fail_errno(st, path) ;
  return layerstage_file_end(st, path, fd, -1) ;
}

int layerstage_file_end (struct layerstage *st, char const *path, int fd, int r)
{
  int e = errno ;
  int closed = close(fd) ;
  if (r == 0 && closed == -1 && errno != EINTR) return fail_errno(st, path) ;
  errno = e ;
  return r ;
}
