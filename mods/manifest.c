/* ISC license. */

#include <string.h>
#include <sys/utsname.h>

#include <jansson.h>
#include <skalibs/types.h>

#include "manifest.h"
#include "reason.h"

/* Each value makes jansson use up to some 250 bytes; a manifest has a few hundred of them. */
#define VALUES_MAX 65536
/* of what a manifest says, in a message */
#define WORD_MAX 64
#define NAMED_MAX 8

#define ATTESTATION "vnd.docker.reference.type"

static struct { char const *name ; enum manifest_kind kind ; } const types[] =
{
  { "application/vnd.oci.image.index.v1+json", MANIFEST_INDEX },
  { "application/vnd.docker.distribution.manifest.list.v2+json", MANIFEST_INDEX },
  { "application/vnd.oci.image.manifest.v1+json", MANIFEST_IMAGE },
  { "application/vnd.docker.distribution.manifest.v2+json", MANIFEST_IMAGE }
} ;

static struct { char const *name ; int elsewhere ; } const layer_types[] =
{
  { "application/vnd.oci.image.layer.v1.tar", 0 },
  { "application/vnd.oci.image.layer.v1.tar+gzip", 0 },
  { "application/vnd.oci.image.layer.v1.tar+zstd", 0 },
  { "application/vnd.docker.image.rootfs.diff.tar", 0 },
  { "application/vnd.docker.image.rootfs.diff.tar.gzip", 0 },
  { "application/vnd.docker.image.rootfs.diff.tar.zstd", 0 },
  { "application/vnd.oci.image.layer.nondistributable.v1.tar", 1 },
  { "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", 1 },
  { "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", 1 },
  { "application/vnd.docker.image.rootfs.foreign.diff.tar", 1 },
  { "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", 1 }
} ;

/* What uname(2) calls a machine; and what a program of 32 bits is made for there: the image is of that too. */
static struct { char const *machine ; struct platform wide, narrow ; } const machines[] =
{
  { "x86_64", { "amd64", "" }, { "386", "" } },
  { "i386", { "386", "" }, { "386", "" } },
  { "i486", { "386", "" }, { "386", "" } },
  { "i586", { "386", "" }, { "386", "" } },
  { "i686", { "386", "" }, { "386", "" } },
  { "aarch64", { "arm64", "" }, { "arm", "v8" } },
  { "armv8l", { "arm", "v8" }, { "arm", "v8" } },
  { "armv7l", { "arm", "v7" }, { "arm", "v7" } },
  { "armv6l", { "arm", "v6" }, { "arm", "v6" } },
  { "armv5tel", { "arm", "v5" }, { "arm", "v5" } },
  { "armv5tejl", { "arm", "v5" }, { "arm", "v5" } },
  { "loongarch64", { "loong64", "" }, { "loong64", "" } }
} ;

struct platform manifest_platform (void)
{
  static struct utsname uts ;
  size_t i = 0 ;
  uname(&uts) ;
  for (; i < sizeof machines / sizeof machines[0] ; i++)
    if (!strcmp(uts.machine, machines[i].machine)) return sizeof (void *) < 8 ? machines[i].narrow : machines[i].wide ;
  /* ppc64le, riscv64, s390x */
  return (struct platform){ .architecture = uts.machine, .variant = "" } ;
}

static int refuse (stralloc *why, char const *text)
{
  reason_add(why, text) ;
  return -1 ;
}

/* Appends what others have chosen: a piece of it, on the line, and nothing that a terminal would obey. */
static void add_word (stralloc *why, char const *before, char const *s)
{
  char word[WORD_MAX + 1] ;
  size_t n = 0 ;
  for (; n < WORD_MAX && s[n] ; n++) word[n] = s[n] < 32 || s[n] > 126 ? '?' : s[n] ;
  word[n] = 0 ;
  reason_add(why, before, word) ;
}

static void add_platform (stralloc *why, char const *before, struct platform const *p)
{
  add_word(why, before, p->architecture) ;
  if (*p->variant) add_word(why, "/", p->variant) ;
}

static int refuse_number (stralloc *why, size_t n, char const *text)
{
  char fmt[SIZE_FMT] ;
  fmt[size_fmt(fmt, n)] = 0 ;
  reason_add(why, "it has ", fmt, text) ;
  return -1 ;
}

/* Stores the string at key, "" where there is none. Returns 0: something else is there. */
static int get_text (json_t const *object, char const *key, char const **ret)
{
  json_t const *value = json_object_get(object, key) ;
  if (value && !json_is_null(value) && !json_is_string(value)) return 0 ;
  *ret = json_is_string(value) ? json_string_value(value) : "" ;
  return 1 ;
}

/* Stores digest and size of what the descriptor describes. */
static int take_descriptor (json_t const *descriptor, char const *what, struct manifest *m, stralloc *why)
{
  json_t const *size = json_object_get(descriptor, "size") ;
  char const *digest ;
  if (!get_text(descriptor, "digest", &digest) || !digest_is_valid(digest)) return (reason_add(why, "the digest of its ", what, " is not valid"), -1) ;
  if (!json_is_integer(size) || json_integer_value(size) < 0) return (reason_add(why, "the size of its ", what, " is not valid"), -1) ;
  strcpy(m->digest, digest) ;
  m->size = (uint64_t)json_integer_value(size) ;
  return 0 ;
}

static int take_layer (json_t const *root, struct manifest *m, stralloc *why)
{
  json_t const *layers = json_object_get(root, "layers"), *layer = json_array_get(layers, 0), *urls = json_object_get(layer, "urls") ;
  char const *type ;
  size_t i = 0 ;
  if (!json_is_array(layers)) return refuse(why, "it has no list of layers") ;
  if (json_array_size(layers) != 1) return refuse_number(why, json_array_size(layers), " layers, and a mod has one") ;
  if (!get_text(layer, "mediaType", &type) || !*type) return refuse(why, "the type of its layer is not valid") ;
  while (i < sizeof layer_types / sizeof layer_types[0] && strcmp(type, layer_types[i].name)) i++ ;
  if (i == sizeof layer_types / sizeof layer_types[0])
  {
    add_word(why, "its layer is no tar that can be read, but ", type) ;
    return -1 ;
  }
  /* a null and an empty list are none */
  if (layer_types[i].elsewhere || (urls && !json_is_null(urls) && (!json_is_array(urls) || json_array_size(urls))))
    return refuse(why, "its layer is kept elsewhere than in the registry") ;
  return take_descriptor(layer, "layer", m, why) ;
}

/* The variant that is meant where an architecture has none, a number as that of v7; 0: they are no numbers. */
static unsigned int usual_variant (char const *architecture)
{
  static struct { char const *name ; unsigned int variant ; } const t[] = { { "amd64", 1 }, { "arm", 7 }, { "arm64", 8 } } ;
  size_t i = 0 ;
  for (; i < sizeof t / sizeof t[0] ; i++) if (!strcmp(architecture, t[i].name)) return t[i].variant ;
  return 0 ;
}

/* 0: it is no number. */
static unsigned int variant_number (char const *variant, unsigned int usual)
{
  if (!*variant) return usual ;
  return variant[0] == 'v' && variant[1] > '0' && variant[1] <= '9' && !variant[2] ? (unsigned int)(variant[1] - '0') : 0 ;
}

/* How well an image for p does on the machine: 0, not at all. */
static unsigned int suits (struct platform const *p, struct platform const *machine)
{
  unsigned int usual = usual_variant(p->architecture), n = variant_number(p->variant, usual) ;
  if (strcmp(p->architecture, machine->architecture)) return 0 ;
  if (!strcmp(p->variant, machine->variant)) return 10 ;
  if (!usual) return !*p->variant || !*machine->variant ;
  return n <= variant_number(machine->variant, usual) ? n : 0 ;
}

enum entry_kind { ENTRY_OTHER, ENTRY_ANY, ENTRY_PLATFORM } ;

/* What an entry of an index is: an image for a platform, stored in *ret, one that does not say for what, or nothing for us. */
static enum entry_kind entry_read (json_t const *entry, struct platform *ret)
{
  json_t const *platform = json_object_get(entry, "platform") ;
  char const *type, *os ;
  size_t i = 0 ;
  if (!json_is_object(entry) || (platform && !json_is_null(platform) && !json_is_object(platform))) return ENTRY_OTHER ;
  if (!get_text(entry, "mediaType", &type) || !get_text(platform, "os", &os)) return ENTRY_OTHER ;
  if (!get_text(platform, "architecture", &ret->architecture) || !get_text(platform, "variant", &ret->variant)) return ENTRY_OTHER ;
  if (*type)
  {
    while (i < sizeof types / sizeof types[0] && (types[i].kind != MANIFEST_IMAGE || strcmp(type, types[i].name))) i++ ;
    if (i == sizeof types / sizeof types[0]) return ENTRY_OTHER ;
  }
  /* attestations are for unknown/unknown, too */
  if (json_object_get(json_object_get(entry, "annotations"), ATTESTATION) || (*os && strcmp(os, "linux"))) return ENTRY_OTHER ;
  return *ret->architecture ? ENTRY_PLATFORM : ENTRY_ANY ;
}

/* Appends the platforms that the index has, each once. */
static void add_platforms (stralloc *why, json_t const *entries)
{
  struct platform named[NAMED_MAX], p ;
  size_t n = 0, i = 0, j ;
  for (; i < json_array_size(entries) ; i++)
  {
    if (entry_read(json_array_get(entries, i), &p) != ENTRY_PLATFORM) continue ;
    for (j = 0 ; j < n ; j++) if (!strcmp(p.architecture, named[j].architecture) && !strcmp(p.variant, named[j].variant)) break ;
    if (j < n) continue ;
    if (n == NAMED_MAX) { reason_add(why, ", ...") ; return ; }
    add_platform(why, n ? ", " : "", &p) ;
    named[n++] = p ;
  }
}

static int take_image (json_t const *root, struct platform const *machine, struct manifest *m, stralloc *why)
{
  json_t const *entries = json_object_get(root, "manifests"), *best = 0, *any = 0 ;
  size_t i = 0, nany = 0, nplatform = 0 ;
  unsigned int rank = 0 ;
  if (!json_is_array(entries)) return refuse(why, "it has no list of images") ;
  for (; i < json_array_size(entries) ; i++)
  {
    json_t const *entry = json_array_get(entries, i) ;
    struct platform p ;
    enum entry_kind kind = entry_read(entry, &p) ;
    unsigned int r = kind == ENTRY_PLATFORM ? suits(&p, machine) : 0 ;
    if (r > rank) { rank = r ; best = entry ; }
    if (kind == ENTRY_ANY) { nany++ ; any = entry ; }
    nplatform += kind == ENTRY_PLATFORM ;
  }
  if (!best && nany == 1 && !nplatform) best = any ;
  if (best) return take_descriptor(best, "image", m, why) ;
  if (!nplatform && nany) return refuse_number(why, nany, " images, and does not say for which machines") ;
  if (!nplatform) return refuse(why, "it has no image for Linux") ;
  reason_add(why, "it is for ") ;
  add_platforms(why, entries) ;
  add_platform(why, ", and this machine is ", machine) ;
  return -1 ;
}

static int take_kind (json_t const *root, struct manifest *m, stralloc *why)
{
  json_t const *version = json_object_get(root, "schemaVersion") ;
  int index = json_object_get(root, "manifests") != 0, image = json_object_get(root, "layers") != 0 ;
  char const *type ;
  size_t i = 0 ;
  if (json_is_integer(version) && json_integer_value(version) == 1) return refuse(why, "it is of Docker's schema 1, which is no longer used") ;
  if (!json_is_integer(version) || json_integer_value(version) != 2) return refuse(why, "its schemaVersion is not 2") ;
  /* one reads the one, another the other */
  if (index && image) return refuse(why, "it is an image and an index at once") ;
  if (!get_text(root, "mediaType", &type) || (!*type && !index && !image)) return refuse(why, "it is neither an image nor an index") ;
  m->kind = index ? MANIFEST_INDEX : MANIFEST_IMAGE ;
  if (!*type) return 0 ;
  for (; i < sizeof types / sizeof types[0] ; i++) if (!strcmp(type, types[i].name)) return (m->kind = types[i].kind, 0) ;
  add_word(why, "it is neither an image nor an index, but ", type) ;
  return -1 ;
}

/* What keeps a text from being read as JSON. jansson's own words have pieces of the text. */
static char const *json_reason (json_error_t const *e)
{
  switch (json_error_code(e))
  {
    case json_error_out_of_memory : return "there is no memory to read it" ;
    case json_error_duplicate_key : return "it is JSON with a name twice in one object" ;
    case json_error_numeric_overflow : return "it is JSON with a number that is too large" ;
    case json_error_stack_overflow : return "it is JSON that is nested too deeply" ;
    default : return "it is no JSON" ;
  }
}

/* Each value of JSON stands behind one of these, but the outermost. */
static int has_too_many_values (char const *s, size_t len)
{
  size_t n = 0, i = 0 ;
  for (; i < len ; i++) n += s[i] == '[' || s[i] == '{' || s[i] == ',' || s[i] == ':' ;
  return n > VALUES_MAX ;
}

int manifest_parse (char const *s, size_t len, struct platform const *machine, struct manifest *ret, stralloc *why)
{
  json_auto_t *root = 0 ;
  struct manifest m ;
  json_error_t e ;
  int r ;
  if (len > MANIFEST_MAX) return refuse(why, "it is larger than 4 MiB") ;
  if (has_too_many_values(s, len)) return refuse(why, "it has more values than a manifest can have") ;
  root = json_loadb(s, len, JSON_REJECT_DUPLICATES, &e) ;
  if (!root) return refuse(why, json_reason(&e)) ;
  if (!json_is_object(root)) return refuse(why, "it is neither an image nor an index") ;
  if (take_kind(root, &m, why) == -1) return -1 ;
  r = m.kind == MANIFEST_INDEX ? take_image(root, machine, &m, why) : take_layer(root, &m, why) ;
  if (r == -1) return -1 ;
  *ret = m ;
  return 0 ;
}
