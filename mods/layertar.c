/* ISC license. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "layerpath.h"
#include "layerstage.h"
#include "layerstream.h"

/* what an entry has besides its data and its names: the header, the extended one, both padded */
#define ENTRY_OVERHEAD 4096u

static int fail (struct layerstage *st, struct layerstream *s, char const *name)
{
  char const *why ;
  int e = layerstream_errno(s, &why) ;
  return layerstage_fail(st, e, name, why) ;
}

static int write_at (int fd, char const *s, size_t len, off_t at)
{
  while (len)
  {
    ssize_t n = pwrite(fd, s, len, at) ;
    if (n == -1 && errno == EINTR) continue ;
    if (n == 0) errno = EIO ;
    if (n <= 0) return -1 ;
    s += n ;
    len -= (size_t)n ;
    at += n ;
  }
  return 0 ;
}

/* Writes the data, and not its holes; where it says that it goes. */
static int copy_data (struct layerstage *st, struct layerstream *s, char const *path, int fd, int64_t size)
{
  for (;;)
  {
    void const *block ;
    la_int64_t at ;
    size_t n ;
    int r = archive_read_data_block(s->tar, &block, &n, &at) ;
    if (r == ARCHIVE_EOF) return 0 ;
    if (r != ARCHIVE_OK && r != ARCHIVE_WARN) return fail(st, s, path) ;
    if (at < 0 || at > size || n > (uint64_t)(size - at)) return layerstage_fail(st, EINVAL, path, "it has more data than it says") ;
    if (write_at(fd, block, n, at) == -1) return layerstage_fail(st, errno, path, strerror(errno)) ;
  }
}

static int read_file (struct layerstage *st, struct layerstream *s, char const *path, mode_t mode, int64_t size)
{
  int fd = layerstage_file(st, path, mode, size) ;
  if (fd == -1) return -1 ;
  layerstream_allow(s, (uint64_t)size) ;
  return layerstage_file_end(st, path, fd, copy_data(st, s, path, fd, size)) ;
}

static enum layerstage_kind kind_of (struct archive_entry *e)
{
  if (archive_entry_hardlink(e)) return LAYERSTAGE_HARDLINK ;
  switch (archive_entry_filetype(e))
  {
    case AE_IFDIR : return LAYERSTAGE_DIRECTORY ;
    case AE_IFREG : return LAYERSTAGE_FILE ;
    case AE_IFLNK : return LAYERSTAGE_LINK ;
    default : return LAYERSTAGE_OTHER ;
  }
}

static int read_entry (struct layerstage *st, struct layerstream *s, struct archive_entry *e)
{
  char path[LAYERPATH_MAX + 1] ;
  enum layerstage_kind kind = kind_of(e) ;
  int64_t size = archive_entry_size_is_set(e) ? archive_entry_size(e) : 0 ;
  char const *raw = archive_entry_pathname(e) ;
  int r = raw ? layerstage_enter(st, raw, kind, size, path) : layerstage_fail(st, EINVAL, "", "an entry has no name that can be read") ;
  if (r != 1) return r ;
  switch (kind)
  {
    case LAYERSTAGE_DIRECTORY : return layerstage_directory(st, path, archive_entry_perm(e)) ;
    case LAYERSTAGE_LINK : return layerstage_link(st, path, archive_entry_symlink(e)) ;
    case LAYERSTAGE_HARDLINK : return layerstage_hardlink(st, path, archive_entry_hardlink(e)) ;
    default : return read_file(st, s, path, archive_entry_perm(e), size) ;
  }
}

static int read_all (struct layerstage *st, struct layerstream *s)
{
  for (;;)
  {
    struct archive_entry *e ;
    int r ;
    layerstream_allow(s, 0) ;
    r = archive_read_next_header(s->tar, &e) ;
    if (r == ARCHIVE_EOF) return 0 ;
    /* a warning is about what is not used here: times, attributes, names in this process's character set */
    if (r != ARCHIVE_OK && r != ARCHIVE_WARN) return fail(st, s, "") ;
    if (read_entry(st, s, e) == -1) return -1 ;
    /* what is left of its data is passed over here, where as much of it is allowed as was counted */
    layerstream_allow(s, archive_entry_size_is_set(e) ? (uint64_t)archive_entry_size(e) : 0) ;
    r = archive_read_data_skip(s->tar) ;
    if (r != ARCHIVE_OK && r != ARCHIVE_WARN && r != ARCHIVE_EOF) return fail(st, s, "") ;
  }
}

int layertar_read (struct layerstage *st, int fd)
{
  struct layer_limits const *l = &st->entries.limits ;
  struct layerstream s ;
  int r, e ;
  r = layerstream_open(&s, fd, l->bytes + 2 * (uint64_t)l->names + ENTRY_OVERHEAD * (uint64_t)l->entries + LAYERSTREAM_SLACK) ;
  r = r == -1 ? fail(st, &s, "") : read_all(st, &s) ;
  e = errno ;
  layerstream_close(&s) ;
  errno = e ;
  return r ;
}
