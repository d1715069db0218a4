/* ISC license. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "layerstream.h"

#define BLOCK_SIZE 65536
#define MAGIC_MAX 4

static struct compression
{
  char const *magic ;
  size_t len ;
  int filter ;
}
const compressions[] =
{
  { "\x1f\x8b", 2, ARCHIVE_FILTER_GZIP },
  { "\x28\xb5\x2f\xfd", 4, ARCHIVE_FILTER_ZSTD }
} ;

/* Which one it is, by the first bytes. libarchive would look too, and find compressions in compressions, of which one can unpack to endless others that
   unpack to nothing; here it is one, or none. Of the others, which images do not have, xz takes as much memory as an archive likes. */
static int compression_of (int fd)
{
  char magic[MAGIC_MAX] ;
  off_t at = lseek(fd, 0, SEEK_CUR) ;
  ssize_t n = at == -1 ? -1 : pread(fd, magic, sizeof magic, at) ;
  size_t i = 0 ;
  if (n == -1) return -1 ;
  for (; i < sizeof compressions / sizeof compressions[0] ; i++)
    if ((size_t)n >= compressions[i].len && !memcmp(magic, compressions[i].magic, compressions[i].len)) return compressions[i].filter ;
  return ARCHIVE_FILTER_NONE ;
}

static la_ssize_t next_block (struct archive *tar, void *data, void const **block)
{
  struct layerstream *s = data ;
  la_int64_t offset ;
  size_t n ;
  int r = archive_read_data_block(s->packed, block, &n, &offset) ;
  if (r == ARCHIVE_EOF) return 0 ;
  if (r == ARCHIVE_OK && n <= s->allowed && n <= s->left)
  {
    s->allowed -= n ;
    s->left -= n ;
    return (la_ssize_t)n ;
  }
  if (r == ARCHIVE_OK) s->refused = 1 ;
  archive_set_error(tar, EIO, "the stream has ended") ;
  return ARCHIVE_FATAL ;
}

int layerstream_open (struct layerstream *s, int fd, uint64_t max)
{
  struct archive_entry *e ;
  int filter = compression_of(fd) ;
  *s = (struct layerstream){ .left = max } ;
  if (filter == -1) return -1 ;
  s->packed = archive_read_new() ;
  s->tar = archive_read_new() ;
  if (!s->packed || !s->tar) return (errno = ENOMEM, -1) ;
  if (archive_read_append_filter(s->packed, filter) != ARCHIVE_OK || archive_read_support_format_raw(s->packed) != ARCHIVE_OK) return -1 ;
  if (archive_read_open_fd(s->packed, fd, BLOCK_SIZE) != ARCHIVE_OK || archive_read_next_header(s->packed, &e) != ARCHIVE_OK) return -1 ;
  layerstream_allow(s, 0) ;
  if (archive_read_support_format_tar(s->tar) != ARCHIVE_OK) return -1 ;
  return archive_read_open(s->tar, s, 0, &next_block, 0) == ARCHIVE_OK ? 0 : -1 ;
}

void layerstream_allow (struct layerstream *s, uint64_t n)
{
  s->allowed = n + LAYERSTREAM_SLACK ;
}

int layerstream_errno (struct layerstream *s, char const **ret_why)
{
  struct archive *a = s->packed && archive_errno(s->packed) ? s->packed : s->tar ;
  int e = a ? archive_errno(a) : errno ;
  *ret_why = s->refused ? "the layer unpacks to more than a mod may have" : "the archive is damaged, or none that is known" ;
  if (s->refused) return EINVAL ;
  /* of the system's, those that libarchive hands on; its own, EILSEQ and -1, and its EINVAL, are about the archive */
  if (e != ENOMEM && e != EIO && e != EISDIR && e != ESPIPE && e != EBADF) return EINVAL ;
  *ret_why = strerror(e) ;
  return e ;
}

void layerstream_close (struct layerstream *s)
{
  if (s->tar) archive_read_free(s->tar) ;
  if (s->packed) archive_read_free(s->packed) ;
  s->tar = s->packed = 0 ;
}
