/* ISC license. */

#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include <archive.h>
#include <archive_entry.h>

#include "faults.h"
#include "layer.h"
#include "layerpath.h"
#include "layerstage.h"
#include "layerstream.h"
#include "layerstaged.h"

#define NOTHING "the archive is damaged, or none that is known"
#define BLOCK 512

/* What an archive is made of: type is tar's. */
struct item
{
  char const *path ;
  char type ;
  mode_t mode ;
  char const *s ;    /* content or target */
} ;

static void add_item (struct archive *a, struct item const *item)
{
  static unsigned int const types[128] = { ['0'] = AE_IFREG, ['2'] = AE_IFLNK, ['3'] = AE_IFCHR, ['4'] = AE_IFBLK, ['5'] = AE_IFDIR, ['6'] = AE_IFIFO } ;
  struct archive_entry *e = archive_entry_new() ;
  size_t len = item->type == '0' && item->s ? strlen(item->s) : 0 ;
  archive_entry_copy_pathname(e, item->path) ;
  archive_entry_set_filetype(e, item->type == '1' ? AE_IFREG : types[(unsigned char)item->type]) ;
  archive_entry_set_perm(e, item->mode) ;
  archive_entry_set_uid(e, 911) ;
  archive_entry_set_gid(e, 911) ;
  archive_entry_set_size(e, (la_int64_t)len) ;
  if (item->type == '1') archive_entry_copy_hardlink(e, item->s) ;
  if (item->type == '2') archive_entry_copy_symlink(e, item->s) ;
  assert_true(archive_write_header(a, e) >= ARCHIVE_WARN) ;
  if (len) assert_int_equal(archive_write_data(a, item->s, len), (int)len) ;
  archive_entry_free(e) ;
}

/* An archive of the items, compressed by filter. Returns a descriptor, at its beginning. */
static int pack (struct item const *items, size_t n, int format, int filter)
{
  struct archive *a = archive_write_new() ;
  int fd = memfd_create("tar", MFD_CLOEXEC) ;
  size_t i = 0 ;
  assert_true(fd >= 0) ;
  assert_int_equal(archive_write_set_format(a, format), ARCHIVE_OK) ;
  assert_int_equal(archive_write_add_filter(a, filter), ARCHIVE_OK) ;
  assert_int_equal(archive_write_open_fd(a, fd), ARCHIVE_OK) ;
  for (; i < n ; i++) add_item(a, items + i) ;
  assert_int_equal(archive_write_free(a), ARCHIVE_OK) ;
  assert_int_equal(lseek(fd, 0, SEEK_SET), 0) ;
  return fd ;
}

/* A header by hand, for what no archiver writes. A size beyond octal is written as GNU's. */
static void header (unsigned char *block, char const *name, char type, uint64_t size)
{
  unsigned int sum = 0 ;
  size_t i = 0 ;
  memset(block, 0, BLOCK) ;
  strncpy((char *)block, name, 100) ;
  memcpy(block + 100, "0000644\0000000000\0000000000", 24) ;
  for (; i < 8 ; i++) block[135 - i] = (unsigned char)(size >> 8 * i) ;
  block[124] = 0x80 ;
  memcpy(block + 136, "00000000000", 12) ;
  block[156] = (unsigned char)type ;
  memcpy(block + 257, "ustar  ", 8) ;
  memset(block + 148, ' ', 8) ;
  for (i = 0 ; i < BLOCK ; i++) sum += block[i] ;
  snprintf((char *)block + 148, 8, "%06o", sum) ;
}

static void rechecksum (unsigned char *block)
{
  unsigned int sum = 0 ;
  size_t i = 0 ;
  memset(block + 148, ' ', 8) ;
  for (; i < BLOCK ; i++) sum += block[i] ;
  snprintf((char *)block + 148, 8, "%06o", sum) ;
}

static int bytes (void const *s, size_t len)
{
  int fd = memfd_create("tar", MFD_CLOEXEC) ;
  assert_true(fd >= 0) ;
  assert_int_equal(write(fd, s, len), (ssize_t)len) ;
  assert_int_equal(lseek(fd, 0, SEEK_SET), 0) ;
  return fd ;
}

static int read_limited (int dir, int fd, struct layer_limits const *limits, struct layer *ret, stralloc *why)
{
  struct layerstage st ;
  int stagefd = stage(dir) ;
  int r, e ;
  layerstage_begin(&st, stagefd, limits, why) ;
  r = layerstage_end(&st, layertar_read(&st, fd), ret) ;
  e = errno ;
  close(stagefd) ;
  close(fd) ;
  errno = e ;
  return r ;
}

/* Reads the archive, and closes fd. */
static void assert_read (int dir, int fd, struct layer *ret)
{
  struct layer_limits const limits = LAYER_LIMITS ;
  stralloc why = STRALLOC_ZERO ;
  int r = read_limited(dir, fd, &limits, ret, &why) ;
  if (r == -1) fail_msg("%.*s", (int)why.len, why.s) ;
  assert_int_equal(why.len, 0) ;
}

static void assert_refused_within (int dir, int fd, struct layer_limits const *limits, char const *wanted)
{
  struct layer l = LAYER_ZERO ;
  stralloc why = STRALLOC_ZERO ;
  assert_int_equal(read_limited(dir, fd, limits, &l, &why), -1) ;
  assert_int_equal(errno, EINVAL) ;
  assert_true(stralloc_0(&why)) ;
  assert_string_equal(why.s, wanted) ;
  assert_null(l.entries) ;
  assert_null(l.names.s) ;
  stralloc_free(&why) ;
}

static void assert_refused (int dir, int fd, char const *wanted)
{
  struct layer_limits const limits = LAYER_LIMITS ;
  assert_refused_within(dir, fd, &limits, wanted) ;
}

#define PACK(items, filter) pack(items, sizeof items / sizeof items[0], ARCHIVE_FORMAT_TAR_GNUTAR, filter)
#define REFUSED(dir, wanted, ...) \
  do { struct item const refused_items[] = { __VA_ARGS__ } ; assert_refused(dir, PACK(refused_items, ARCHIVE_FILTER_NONE), wanted) ; } while (0)

static struct item const good[] =
{
  { "./", '5', 0700, 0 },
  { "./etc/", '5', 01777, 0 },
  { "./etc/hosts", '0', 06666, "content" },
  { "usr/lib/x/y", '0', 0711, "" },
  { "usr/lib/", '5', 0750, 0 },
  { "usr/link", '2', 0777, "../etc/hosts" },
  { "usr/absolute", '2', 0777, "/etc/../../hosts" },
  { "usr/same", '1', 0600, "./etc/hosts" },
  { "usr/samelink", '1', 0777, "usr/link" },
  { "caf\xc3\xa9", '2', 0777, "\xc3\xa9" }
} ;

static void assert_good (int dir, struct layer *l)
{
  char name[32] ;
  assert_int_equal(l->n, 11) ;
  assert_int_equal(l->nfiles, 7) ;
  assert_int_equal(l->bytes, 14) ;
  assert_int_equal(l->old_style, 0) ;
  assert_string_equal(l->names.s + l->entries[2].path, "usr") ;
  assert_entry(l, "etc", LAYER_DIRECTORY, 0755) ;
  assert_entry(l, "etc/hosts", LAYER_FILE, 0644) ;
  assert_entry(l, "usr", LAYER_DIRECTORY, 0755) ;
  assert_entry(l, "usr/lib", LAYER_DIRECTORY, 0750) ;
  assert_entry(l, "usr/lib/x", LAYER_DIRECTORY, 0755) ;
  assert_entry(l, "usr/same", LAYER_FILE, 0644) ;
  assert_staged(dir, l, "etc/hosts", 0644, "content") ;
  assert_staged(dir, l, "usr/lib/x/y", 0711, "") ;
  assert_staged(dir, l, "usr/same", 0644, "content") ;
  assert_int_equal(staged(dir, l, "usr/same", name).st_nlink, 2) ;
  assert_link(dir, l, "usr/link", "../etc/hosts") ;
  assert_link(dir, l, "usr/samelink", "../etc/hosts") ;
  assert_link(dir, l, "usr/absolute", "/etc/../../hosts") ;
  assert_link(dir, l, "caf\xc3\xa9", "\xc3\xa9") ;
  assert_int_equal(count_staged(dir), 7) ;
  layer_free(l) ;
  assert_null(l->entries) ;
}

static void a_layer_is_staged (void **state)
{
  static int const filters[] = { ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD } ;
  static int const formats[] = { ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FORMAT_TAR_USTAR } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  for (; i < sizeof filters / sizeof filters[0] ; i++)
  {
    struct layer l = LAYER_ZERO ;
    assert_read(dir, PACK(good, filters[i]), &l) ;
    assert_good(dir, &l) ;
  }
  for (i = 0 ; i < sizeof formats / sizeof formats[0] ; i++)
  {
    struct layer l = LAYER_ZERO ;
    assert_read(dir, pack(good, sizeof good / sizeof good[0], formats[i], ARCHIVE_FILTER_GZIP), &l) ;
    assert_good(dir, &l) ;
  }
}

static void it_is_read_from_where_it_begins (void **state)
{
  int dir = *(int *)*state ;
  struct layer l = LAYER_ZERO ;
  char buf[65536] ;
  int fd = PACK(good, ARCHIVE_FILTER_GZIP) ;
  ssize_t n = read(fd, buf + 100, sizeof buf - 100) ;
  assert_true(n > 0) ;
  close(fd) ;
  fd = bytes(buf, (size_t)n + 100) ;
  assert_int_equal(lseek(fd, 100, SEEK_SET), 100) ;
  assert_read(dir, fd, &l) ;
  assert_good(dir, &l) ;
}

/* A name that only an extended header can have, in UTF-8 whatever the locale is. */
static void a_long_name (void **state)
{
  int dir = *(int *)*state ;
  char path[601] ;
  struct item const items[] = { { path, '0', 0644, "x" }, { "l", '2', 0777, path } } ;
  struct layer l = LAYER_ZERO ;
  size_t i = 0 ;
  for (; i < 600 ; i += 3) memcpy(path + i, "\xc3\xa9/", 3) ;
  path[599] = 0 ;
  assert_read(dir, pack(items, 2, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FILTER_NONE), &l) ;
  assert_int_equal(l.n, 201) ;
  assert_staged(dir, &l, path, 0644, "x") ;
  layer_free(&l) ;
}

static void empty_and_damaged_ones (void **state)
{
  static char zeros[10240] ;
  int dir = *(int *)*state ;
  struct layer l = LAYER_ZERO ;
  unsigned char block[2 * BLOCK] ;
  char buf[65536] ;
  int fd ;
  ssize_t n ;
  assert_read(dir, bytes(zeros, sizeof zeros), &l) ;
  assert_int_equal(l.n, 0) ;
  layer_free(&l) ;
  assert_refused(dir, bytes("", 0), NOTHING) ;
  assert_refused(dir, bytes("garbage", 7), NOTHING) ;
  assert_refused(dir, bytes("\x1f\x8b", 2), NOTHING) ;
  assert_refused(dir, bytes("PK\003\004", 4), NOTHING) ;
  memset(buf, 'x', sizeof buf) ;
  assert_refused(dir, bytes(buf, sizeof buf), NOTHING) ;
  /* cut off, wherever there is still something to come */
  fd = PACK(good, ARCHIVE_FILTER_GZIP) ;
  n = read(fd, buf, sizeof buf) ;
  close(fd) ;
  assert_refused(dir, bytes(buf, (size_t)n / 2), NOTHING) ;
  buf[n / 2] ^= 0x55 ;
  buf[n / 2 + 1] ^= 0x55 ;
  assert_refused(dir, bytes(buf, (size_t)n), NOTHING) ;
  header(block, "cut", '0', 2 * BLOCK) ;
  memset(block + BLOCK, 'x', BLOCK) ;
  assert_refused(dir, bytes(block, sizeof block), "cut: " NOTHING) ;
  /* compressed twice */
  fd = PACK(good, ARCHIVE_FILTER_GZIP) ;
  n = read(fd, buf, sizeof buf) ;
  close(fd) ;
  {
    struct archive *a = archive_write_new() ;
    struct archive_entry *e = archive_entry_new() ;
    fd = memfd_create("twice", MFD_CLOEXEC) ;
    archive_write_set_format_raw(a) ;
    archive_write_add_filter_gzip(a) ;
    archive_write_open_fd(a, fd) ;
    archive_entry_set_filetype(e, AE_IFREG) ;
    archive_write_header(a, e) ;
    archive_write_data(a, buf, (size_t)n) ;
    archive_write_free(a) ;
    archive_entry_free(e) ;
    lseek(fd, 0, SEEK_SET) ;
    assert_refused(dir, fd, NOTHING) ;
  }
  {
    struct layer_limits const limits = LAYER_LIMITS ;
    stralloc why = STRALLOC_ZERO ;
    assert_int_equal(read_limited(dir, open(".", O_RDONLY), &limits, &l, &why), -1) ;
    assert_int_equal(errno, EISDIR) ;
    stralloc_free(&why) ;
  }
}

static void names_are_checked (void **state)
{
  int dir = *(int *)*state ;
  char path[5001] ;
  size_t i = 0 ;
  REFUSED(dir, "../x: it leads out of the root", { "../x", '0', 0644, "" }) ;
  REFUSED(dir, "etc/../../x: it leads out of the root", { "etc/../../x", '0', 0644, "" }) ;
  REFUSED(dir, "../: it leads out of the root", { "..", '5', 0755, 0 }) ;
  REFUSED(dir, "/etc/passwd: it is absolute", { "/etc/passwd", '0', 0644, "" }) ;
  REFUSED(dir, "a?b: its name has control characters", { "a\nb", '0', 0644, "" }) ;
  REFUSED(dir, "\xff: its name is no UTF-8", { "\xff", '0', 0644, "" }) ;
  REFUSED(dir, "etc/.wh.hosts: it is a whiteout", { "etc/.wh.hosts", '0', 0644, "" }) ;
  REFUSED(dir, "etc/.wh..wh..opq: it is a whiteout", { "etc/.wh..wh..opq", '0', 0644, "" }) ;
  REFUSED(dir, "etc/services.d/.wh.x: it is a whiteout", { "etc/services.d/.wh.x", '0', 0644, "" }) ;
  REFUSED(dir, "./: it is the root, and no directory", { "./", '2', 0777, "x" }) ;
  for (; i < 5000 ; i++) path[i] = i % 10 ? 'a' : '/' ;
  path[0] = 'a' ;
  path[5000] = 0 ;
  {
    struct item const items[] = { { path, '0', 0644, "" } } ;
    char wanted[256] ;
    snprintf(wanted, sizeof wanted, "%.160s...: it is too long", path) ;
    assert_refused(dir, PACK(items, ARCHIVE_FILTER_NONE), wanted) ;
    assert_refused(dir, pack(items, 1, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FILTER_NONE), wanted) ;
  }
}

static void what_else_is_no_file_is_refused (void **state)
{
#define OTHER "dev/x: it is neither a file nor a link nor a directory"
  int dir = *(int *)*state ;
  REFUSED(dir, OTHER, { "dev/x", '3', 0666, 0 }) ;
  REFUSED(dir, OTHER, { "dev/x", '4', 0666, 0 }) ;
  REFUSED(dir, OTHER, { "dev/x", '6', 0666, 0 }) ;
  REFUSED(dir, "etc/services.d/x: it is neither a file nor a link nor a directory", { "etc/services.d/x", '6', 0666, 0 }) ;
}

static void links_are_checked (void **state)
{
#define HARD ": it is a hard link to what is no file of the layer"
  int dir = *(int *)*state ;
  REFUSED(dir, "l/x: it is in what is no directory of the layer", { "l", '2', 0777, "/etc" }, { "l/x", '0', 0644, "" }) ;
  REFUSED(dir, "l/a/b/x: it is in what is no directory of the layer", { "l", '2', 0777, "etc" }, { "l/a/b/x", '0', 0644, "" }) ;
  REFUSED(dir, "f/x: it is in what is no directory of the layer", { "f", '0', 0644, "" }, { "f/x", '5', 0755, 0 }) ;
  REFUSED(dir, "l: the layer has it as a directory and as something else", { "l", '2', 0777, "/etc" }, { "l", '5', 0755, 0 }) ;
  REFUSED(dir, "d: the layer has it as a directory and as something else", { "d", '5', 0755, 0 }, { "d", '2', 0777, "/etc" }) ;
  REFUSED(dir, "d: the layer has it as a directory and as something else", { "d/x", '0', 0644, "" }, { "d", '0', 0644, "" }) ;
  REFUSED(dir, "l: it is a link that leads out of the root", { "l", '2', 0777, "../etc" }) ;
  REFUSED(dir, "a/l: it is a link that leads out of the root", { "a/l", '2', 0777, "../../etc" }) ;
  REFUSED(dir, "a: it is a link without a target", { "a", '2', 0777, "" }) ;
  /* from another place the same leads out */
  REFUSED(dir, "m: it is a link that leads out of the root", { "a/l", '2', 0777, "../etc" }, { "m", '1', 0777, "a/l" }) ;
  REFUSED(dir, "h" HARD, { "h", '1', 0644, "/etc/shadow" }) ;
  REFUSED(dir, "h" HARD, { "h", '1', 0644, "../etc/shadow" }) ;
  REFUSED(dir, "h" HARD, { "h", '1', 0644, "etc/shadow" }) ;
  REFUSED(dir, "h" HARD, { "h", '1', 0644, "h" }) ;
  REFUSED(dir, "h" HARD, { "h", '0', 0644, "" }, { "h", '1', 0644, "./h" }) ;
  REFUSED(dir, "h" HARD, { "d", '5', 0755, 0 }, { "h", '1', 0644, "d" }) ;
  REFUSED(dir, "h" HARD, { "h", '1', 0644, "later" }, { "later", '0', 0644, "" }) ;
  REFUSED(dir, "h" HARD, { "etc/services.d/x", '0', 0644, "" }, { "h", '1', 0644, "etc/services.d/x" }) ;
  REFUSED(dir, "d: the layer has it as a directory and as something else", { "f", '0', 0644, "" }, { "d", '5', 0755, 0 }, { "d", '1', 0644, "f" }) ;
  /* a number of the staging directory is no name of the layer */
  REFUSED(dir, "h" HARD, { "f", '0', 0644, "" }, { "h", '1', 0644, "0" }) ;
}

static void the_last_one_counts (void **state)
{
  static struct item const items[] =
  {
    { "f", '0', 0600, "first" }, { "g", '1', 0600, "f" }, { "f", '0', 0644, "last" },
    { "l", '2', 0777, "f" }, { "l", '0', 0755, "file" },
    { "m", '0', 0755, "file" }, { "m", '2', 0777, "f" },
    { "d", '5', 0755, 0 }, { "d/", '5', 0700, 0 }
  } ;
  int dir = *(int *)*state ;
  struct layer l = LAYER_ZERO ;
  assert_read(dir, PACK(items, ARCHIVE_FILTER_NONE), &l) ;
  assert_int_equal(l.n, 5) ;
  assert_int_equal(l.nfiles, 4) ;
  assert_staged(dir, &l, "f", 0644, "last") ;
  assert_staged(dir, &l, "g", 0600, "first") ;
  assert_staged(dir, &l, "l", 0755, "file") ;
  assert_link(dir, &l, "m", "f") ;
  assert_entry(&l, "d", LAYER_DIRECTORY, 0700) ;
  assert_int_equal(count_staged(dir), 4) ;
  layer_free(&l) ;
}

static void the_old_style_is_left_out (void **state)
{
  static struct item const items[] =
  {
    { "etc/cont-init.d/", '5', 0755, 0 }, { "etc/cont-init.d/98-x", '0', 0755, "#!/bin/sh" }, { "etc/services.d/x/run", '0', 0755, "" },
    { "etc/s6-overlay/s6-rc.d/x/run", '0', 0755, "" }
  } ;
  int dir = *(int *)*state ;
  struct layer l = LAYER_ZERO ;
  assert_read(dir, PACK(items, ARCHIVE_FILTER_GZIP), &l) ;
  assert_int_equal(l.old_style, 1) ;
  assert_int_equal(l.n, 5) ;
  assert_int_equal(l.nfiles, 1) ;
  assert_int_equal(count_staged(dir), 1) ;
  layer_free(&l) ;
}

static void limits_are_kept (void **state)
{
  static struct item const five[] =
  {
    { "a/", '5', 0755, 0 }, { "a/b", '0', 0644, "12345" }, { "c", '0', 0644, "12345" }, { "d", '1', 0644, "c" }, { "e", '2', 0777, "long target" }
  } ;
  static struct item const same[] = { { "a", '0', 0644, "" }, { "a", '0', 0644, "" }, { "a", '0', 0644, "" } } ;
  static struct item const deep[] = { { "a/b/c/d", '0', 0644, "" } } ;
  struct layer_limits limits = { .entries = 5, .bytes = 15, .names = 23 } ;
  int dir = *(int *)*state ;
  struct layer l = LAYER_ZERO ;
  stralloc why = STRALLOC_ZERO ;
  assert_int_equal(read_limited(dir, PACK(five, ARCHIVE_FILTER_NONE), &limits, &l, &why), -1) ;
  assert_int_equal(why.len, strlen("e: the names of the layer are too many or too long")) ;
  stralloc_free(&why) ;
  limits.names++ ;
  assert_int_equal(read_limited(dir, PACK(five, ARCHIVE_FILTER_NONE), &limits, &l, &why), 0) ;
  assert_int_equal(l.n, 5) ;
  layer_free(&l) ;
  limits.bytes-- ;
  assert_refused_within(dir, PACK(five, ARCHIVE_FILTER_NONE), &limits, "d: " TOO_MUCH) ;
  limits.bytes = 9 ;
  assert_refused_within(dir, PACK(five, ARCHIVE_FILTER_NONE), &limits, "c: " TOO_MUCH) ;
  limits.entries = 4 ;
  limits.bytes = 15 ;
  assert_refused_within(dir, PACK(five, ARCHIVE_FILTER_NONE), &limits, "e: the layer has too many entries") ;
  limits.entries = 2 ;
  assert_refused_within(dir, PACK(same, ARCHIVE_FILTER_NONE), &limits, "a: the layer has too many entries") ;
  limits.entries = 3 ;
  assert_refused_within(dir, PACK(deep, ARCHIVE_FILTER_NONE), &limits, "a/b/c/d: the layer has too many entries") ;
}

/* 10 GB of nothing: GNU's old sparse file, and one that says so. */
static void what_is_large_is_refused_at_once (void **state)
{
  int dir = *(int *)*state ;
  unsigned char block[4 * BLOCK] = "" ;
  uint64_t const large = 10737418240u ;
  size_t i = 0 ;
  header(block, "large", 'S', BLOCK) ;
  block[386] = block[398] = block[483] = 0x80 ;
  for (; i < 8 ; i++)
  {
    block[397 - i] = (unsigned char)((large - BLOCK) >> 8 * i) ;
    block[409 - i] = (unsigned char)((uint64_t)BLOCK >> 8 * i) ;
    block[494 - i] = (unsigned char)(large >> 8 * i) ;
  }
  rechecksum(block) ;
  assert_refused(dir, bytes(block, sizeof block), "large: " TOO_MUCH) ;
  assert_int_equal(count_staged(dir), 0) ;
  header(block, "large", '0', large) ;
  assert_refused(dir, bytes(block, sizeof block), "large: " TOO_MUCH) ;
  /* and left out it is no smaller */
  header(block, "etc/services.d/large", '0', large) ;
  assert_refused(dir, bytes(block, sizeof block), "etc/services.d/large: " TOO_MUCH) ;
  header(block, "large", '0', UINT64_MAX) ;
  assert_refused(dir, bytes(block, sizeof block), NOTHING) ;
}

static void a_sparse_file_stays_sparse (void **state)
{
  int dir = *(int *)*state ;
  unsigned char block[4 * BLOCK] = "" ;
  struct layer l = LAYER_ZERO ;
  uint64_t const size = 3221225472u ;
  char name[32], end[4] ;
  struct stat st ;
  size_t i = 0 ;
  int fd ;
  header(block, "sparse", 'S', BLOCK) ;
  block[386] = block[398] = block[483] = 0x80 ;
  for (; i < 8 ; i++)
  {
    block[397 - i] = (unsigned char)((size - BLOCK) >> 8 * i) ;
    block[409 - i] = (unsigned char)((uint64_t)BLOCK >> 8 * i) ;
    block[494 - i] = (unsigned char)(size >> 8 * i) ;
  }
  rechecksum(block) ;
  memset(block + BLOCK, 'x', BLOCK) ;
  assert_read(dir, bytes(block, sizeof block), &l) ;
  assert_int_equal(l.bytes, size) ;
  st = staged(dir, &l, "sparse", name) ;
  assert_int_equal(st.st_size, size) ;
  assert_true(st.st_blocks < 1024) ;
  fd = openat(dir, name, O_RDONLY) ;
  assert_int_equal(pread(fd, end, 4, (off_t)size - 4), 4) ;
  assert_memory_equal(end, "xxxx", 4) ;
  close(fd) ;
  layer_free(&l) ;
}

/* What a parser would keep in memory before it says that there is an entry at all: a map of a sparse file without an end. */
static void headers_are_bounded (void **state)
{
  static char const pax[] = "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n21 GNU.sparse.name=x\n25 GNU.sparse.realsize=0\n" ;
  size_t const maplen = 4 * LAYERSTREAM_SLACK ;
  size_t total = 3 * BLOCK + maplen ;
  unsigned char *s = calloc(total, 1) ;
  size_t i = 0 ;
  int dir = *(int *)*state ;
  assert_non_null(s) ;
  header(s, "pax", 'x', sizeof pax - 1) ;
  memcpy(s + BLOCK, pax, sizeof pax - 1) ;
  header(s + 2 * BLOCK, "x", '0', maplen) ;
  for (; i < maplen ; i += 2) memcpy(s + 3 * BLOCK + i, "0\n", 2) ;
  memcpy(s + 3 * BLOCK, "99999999\n0\n", 11) ;
  assert_refused(dir, bytes(s, total), TOO_MUCH) ;
  free(s) ;
}

/* Whether it fails, with what the system says. */
static int read_without_space (int dir)
{
  struct layer l = LAYER_ZERO ;
  stralloc why = STRALLOC_ZERO ;
  int fd = open("/proc/self/fd/100", O_RDONLY) ;
  int stagefd = openat(dir, "stage", O_RDONLY | O_DIRECTORY) ;
  int r = layer_read_tar(fd, stagefd, &l, &why) ;
  return r == -1 && errno == ENOSPC && why.len && !l.entries ? 0 : 1 ;
}

static void a_call_that_fails_is_said (void **state)
{
  static int const calls[] = { SYS_pwrite64, SYS_fchown, SYS_fchmod, SYS_ftruncate, SYS_symlinkat, SYS_linkat, SYS_fchownat, SYS_readlinkat, SYS_close } ;
  int dir = *(int *)*state ;
  int fd = PACK(good, ARCHIVE_FILTER_GZIP) ;
  size_t i = 0 ;
  assert_int_equal(dup2(fd, 100), 100) ;
  close(fd) ;
  for (; i < sizeof calls / sizeof calls[0] ; i++)
  {
    close(stage(dir)) ;
    assert_int_equal(fault_errno(&read_without_space, dir, calls[i], ENOSPC), 0) ;
  }
  close(100) ;
}

/* Names in each other's directories, in the order that would cost most, and the deepest ones: seconds, not minutes. */
static void many_entries_are_quick (void **state)
{
  int dir = *(int *)*state ;
  struct layer_limits const limits = LAYER_LIMITS ;
  struct layerstage st ;
  struct layer l = LAYER_ZERO ;
  stralloc why = STRALLOC_ZERO ;
  char raw[LAYERPATH_MAX + 1], path[LAYERPATH_MAX + 1] ;
  struct timespec begin, end ;
  unsigned int i = 0 ;
  int stagefd = stage(dir) ;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin) ;
  layerstage_begin(&st, stagefd, &limits, &why) ;
  for (; i < 2000 ; i++) memcpy(raw + 2 * i, "a/", 2) ;
  for (i = 0 ; i < 10000 ; i++)
  {
    snprintf(raw + 4000, 20, "%u", i) ;
    assert_int_equal(layerstage_enter(&st, raw, LAYERSTAGE_DIRECTORY, 0, path), 1) ;
    assert_int_equal(layerstage_directory(&st, path, 0755), 0) ;
  }
  for (i = 180000 ; i ; i--)
  {
    snprintf(raw, 20, "d/%u", i) ;
    assert_int_equal(layerstage_enter(&st, raw, LAYERSTAGE_DIRECTORY, 0, path), 1) ;
    assert_int_equal(layerstage_directory(&st, path, 0755), 0) ;
  }
  assert_int_equal(layerstage_end(&st, 0, &l), 0) ;
  assert_int_equal(l.n, 2000 + 10000 + 1 + 180000) ;
  layer_free(&l) ;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end) ;
  assert_true(end.tv_sec - begin.tv_sec < 20) ;
  close(stagefd) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(a_layer_is_staged),
    SCRATCH(it_is_read_from_where_it_begins),
    SCRATCH(a_long_name),
    SCRATCH(empty_and_damaged_ones),
    SCRATCH(names_are_checked),
    SCRATCH(what_else_is_no_file_is_refused),
    SCRATCH(links_are_checked),
    SCRATCH(the_last_one_counts),
    SCRATCH(the_old_style_is_left_out),
    SCRATCH(limits_are_kept),
    SCRATCH(what_is_large_is_refused_at_once),
    SCRATCH(a_sparse_file_stays_sparse),
    SCRATCH(headers_are_bounded),
    SCRATCH(a_call_that_fails_is_said),
    SCRATCH(many_entries_are_quick)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
