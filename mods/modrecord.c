/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include <skalibs/djbunix.h>

#include "atomicfile.h"
#include "jsonstring.h"
#include "layerentries.h"
#include "layerpath.h"
#include "modname.h"
#include "modrecord.h"
#include "oneline.h"
#include "regularfile.h"
#include "utf8.h"

#define MODE_KEPT 0755
/* bytes of a record: of an entry besides its path, and paths all of whose bytes are escaped */
#define ENTRY_MAX 128
#define RECORD_MAX (2 * (size_t)LAYER_NAMES_MAX + ENTRY_MAX * (size_t)LAYER_ENTRIES_MAX + 65536)

static char const *const types[] = { [LAYER_DIRECTORY] = "directory", [LAYER_FILE] = "file", [LAYER_LINK] = "link" } ;

#define TYPES (sizeof types / sizeof types[0])

/* Whether it is text, of a line, that a record gives back as it was. */
static int is_mod (char const *s)
{
  char const *at = s ;
  while (*at)
  {
    size_t n = (unsigned char)*at < 0x80 ? 1 : utf8_len(at) ;
    if (!n) return 0 ;
    at += n ;
  }
  return *s && is_oneline(s) ;
}

static int cat_entry (stralloc *sa, struct layer const *l, struct layer_entry const *e)
{
  char buf[ENTRY_MAX] ;
  size_t n = (size_t)snprintf(buf, sizeof buf, ", \"type\": \"%s\"", types[e->type]) ;
  if (e->type != LAYER_LINK) n += (size_t)snprintf(buf + n, sizeof buf - n, ", \"mode\": \"%04o\"", (unsigned int)e->mode) ;
  if (e->type != LAYER_DIRECTORY) n += (size_t)snprintf(buf + n, sizeof buf - n, ", \"number\": %u", (unsigned int)e->number) ;
  return stralloc_cats(sa, "  { \"path\": ") && jsonstring_cat(sa, l->names.s + e->path) && stralloc_catb(sa, buf, n) && stralloc_cats(sa, " }") ;
}

static int cat_record (stralloc *sa, char const *mod, char const *digest, struct layer const *l)
{
  size_t i = 0 ;
  if (!stralloc_cats(sa, "{ \"mod\": ") || !jsonstring_cat(sa, mod) || !stralloc_cats(sa, ", \"digest\": ") || !jsonstring_cat(sa, digest)) return 0 ;
  if (!stralloc_cats(sa, ", \"entries\": [")) return 0 ;
  for (; i < l->n ; i++) if (!stralloc_cats(sa, i ? ",\n" : "\n") || !cat_entry(sa, l, l->entries + i)) return 0 ;
  return stralloc_cats(sa, "\n] }\n") ;
}

int modrecord_write (int dirfd, char const *file, char const *mod, char const *digest, struct layer const *l)
{
  static struct stat const attributes = { .st_mode = S_IFREG | 0644 } ;
  stralloc sa = STRALLOC_ZERO ;
  int r, e ;
  if (!is_mod(mod) || !digest_is_valid(digest)) return (errno = EINVAL, -1) ;
  r = cat_record(&sa, mod, digest, l) ? atomicfile_install(dirfd, file, sa.s, sa.len, &attributes, 1) : -1 ;
  /* what is done next counts on it; some file systems cannot sync a directory, and do not need it */
  if (r == 0 && fsync(dirfd) == -1 && errno != EINVAL) r = -1 ;
  e = errno ;
  stralloc_free(&sa) ;
  errno = e ;
  return r ;
}

/* The string that o has by that name; 0: none. */
static char const *string_of (json_t const *o, char const *name)
{
  return json_string_value(json_object_get(o, name)) ;
}

static int type_of (char const *s, enum layer_type *ret)
{
  size_t i = 0 ;
  for (; i < TYPES ; i++) if (!strcmp(s, types[i])) { *ret = (enum layer_type)i ; return 1 ; }
  return 0 ;
}

/* Four octal digits, of a mode that a layer gives. */
static int mode_of (char const *s, mode_t *ret)
{
  mode_t mode = 0 ;
  if (!s || strlen(s) != 4 || s[strspn(s, "01234567")]) return 0 ;
  for (; *s ; s++) mode = mode << 3 | (mode_t)(*s - '0') ;
  if (mode & ~(mode_t)MODE_KEPT) return 0 ;
  *ret = mode ;
  return 1 ;
}

/* Each comes once: of two entries with the same, the second would find nothing to put, and seem to have been put. */
static int number_of (json_t const *o, unsigned char *used, uint32_t *ret)
{
  json_t const *j = json_object_get(o, "number") ;
  json_int_t n = json_is_integer(j) ? json_integer_value(j) : -1 ;
  if (n < 0 || n >= LAYER_ENTRIES_MAX || used[n]) return 0 ;
  used[n] = 1 ;
  *ret = (uint32_t)n ;
  return 1 ;
}

/* Returns 0, or -1 and sets errno. */
static int read_entry (json_t const *o, struct layerentries *entries, unsigned char *used)
{
  char clean[LAYERPATH_MAX + 1] ;
  char const *path = string_of(o, "path"), *type = string_of(o, "type"), *why ;
  struct layer_entry e = { .mode = 0, .number = 0 } ;
  size_t n = entries->layer.n ;
  errno = EINVAL ;
  if (!path || !type || !type_of(type, &e.type)) return -1 ;
  if (layerpath_clean(path, clean, &why) == -1 || !*path || strcmp(clean, path) || layerpath_is_old_style(path)) return -1 ;
  if (json_object_size(o) != (e.type == LAYER_FILE ? 4 : 3)) return -1 ;
  if (e.type != LAYER_LINK && !mode_of(string_of(o, "mode"), &e.mode)) return -1 ;
  if (e.type != LAYER_DIRECTORY && !number_of(o, used, &e.number)) return -1 ;
  if (layerentries_add(entries, path, e.type, e.mode, e.number, &why) == -1) return -1 ;
  /* it is new, and its directory was there before it */
  return entries->layer.n == n + 1 ? 0 : (errno = EINVAL, -1) ;
}

static int read_entries (json_t const *array, struct layer *ret)
{
  static struct layer_limits const limits = LAYER_LIMITS ;
  struct layerentries entries ;
  unsigned char *used ;
  size_t i = 0 ;
  int r = 0 ;
  if (!json_is_array(array) || json_array_size(array) > LAYER_ENTRIES_MAX) return (errno = EINVAL, -1) ;
  used = calloc(LAYER_ENTRIES_MAX, 1) ;
  if (!used) return -1 ;
  layerentries_begin(&entries, &limits) ;
  for (; r == 0 && i < json_array_size(array) ; i++) r = read_entry(json_array_get(array, i), &entries, used) ;
  layerentries_end(&entries, r == 0, ret) ;
  free(used) ;
  return r ;
}

/* Stores all that is wanted, or nothing. */
static int take (json_t const *o, stralloc *mod, char *digest, struct layer *layer)
{
  char const *m = string_of(o, "mod"), *d = string_of(o, "digest") ;
  struct layer l = LAYER_ZERO ;
  if (json_object_size(o) != 3 || !m || !is_mod(m) || !d || !digest_is_valid(d)) return (errno = EINVAL, -1) ;
  if (read_entries(json_object_get(o, "entries"), &l) == -1) return -1 ;
  if (mod && !stralloc_ready(mod, strlen(m) + 1)) { layer_free(&l) ; return (errno = ENOMEM, -1) ; }
  if (mod) stralloc_copyb(mod, m, strlen(m) + 1) ;
  if (digest) memcpy(digest, d, strlen(d) + 1) ;
  if (layer) *layer = l ;
  else layer_free(&l) ;
  return 1 ;
}

static int parse (stralloc const *text, stralloc *mod, char *digest, struct layer *layer)
{
  json_error_t error ;
  json_t *o = json_loadb(text->s, text->len, JSON_REJECT_DUPLICATES, &error) ;
  int r, e ;
  if (!o) return (errno = json_error_code(&error) == json_error_out_of_memory ? ENOMEM : EINVAL, -1) ;
  r = take(o, mod, digest, layer) ;
  e = errno ;
  json_decref(o) ;
  errno = e ;
  return r ;
}

int modrecord_read (int dirfd, char const *file, stralloc *mod, char *digest, struct layer *layer)
{
  stralloc text = STRALLOC_ZERO ;
  int r, e ;
  int fd = regularfile_open(dirfd, file, O_RDONLY | O_NOFOLLOW) ;
  if (fd == -1 && errno == ENOENT) return 0 ;
  /* in its place is something that is no file */
  if (fd == -1) return (errno = errno == EISDIR || errno == ELOOP ? EINVAL : errno, -1) ;
  r = regularfile_read(fd, RECORD_MAX, &text) ;
  if (r == -1 && errno == EFBIG) errno = EINVAL ;
  if (r == 0) r = parse(&text, mod, digest, layer) ;
  e = errno ;
  fd_close(fd) ;
  stralloc_free(&text) ;
  errno = e ;
  return r ;
}

int modrecord_read_mod (int recordsfd, char const *mod, char *digest, struct layer *layer)
{
  stralloc file = STRALLOC_ZERO ;
  int r = modname_file(mod, &file) ? modrecord_read(recordsfd, file.s, 0, digest, layer) : -1 ;
  int e = errno ;
  stralloc_free(&file) ;
  errno = e ;
  return r ;
}
