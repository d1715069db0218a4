/* ISC license. */

#include <stdio.h>
#include <sys/utsname.h>

#include "unit.h"
#include "manifest.h"

#define HEX31 "0123456789abcdef0123456789abcde"
#define DIGEST(c) "sha256:" HEX31 HEX31 "0" c

#define OCI(type) "application/vnd.oci.image." type
#define DOCKER(type) "application/vnd.docker." type

/* their last letter tells digests apart; the size is 7 */
#define DESCRIPTOR(c) "\"digest\":\"" DIGEST(c) "\",\"size\":7"
#define LAYER(type) "{\"mediaType\":\"" type "\"," DESCRIPTOR("a") "}"
#define LAYERS(l) "{\"schemaVersion\":2,\"config\":{},\"layers\":[" l "]}"
#define TAR OCI("layer.v1.tar+gzip")
#define INDEX(m) "{\"schemaVersion\":2,\"manifests\":[" m "]}"
#define PLATFORM(c, os, arch, more) \
  "{\"mediaType\":\"" OCI("manifest.v1+json") "\"," DESCRIPTOR(c) ",\"platform\":{\"os\":\"" os "\",\"architecture\":\"" arch "\"" more "}}"
#define LINUX(c, arch) PLATFORM(c, "linux", arch, "")
#define VARIANT(c, arch, v) PLATFORM(c, "linux", arch, ",\"variant\":\"" v "\"")
#define ATTESTATION(c) PLATFORM(c, "unknown", "unknown", "")
#define TYPED(type, more) "{\"schemaVersion\":2,\"mediaType\":\"" type "\"" more "}"

static struct platform const amd64 = { "amd64", "" } ;

static void images_of_one_layer_are_taken (void **state)
{
  static char const *const t[] =
  {
    LAYERS(LAYER(TAR)),
    LAYERS(LAYER(OCI("layer.v1.tar"))),
    LAYERS(LAYER(OCI("layer.v1.tar+zstd"))),
    LAYERS(LAYER(DOCKER("image.rootfs.diff.tar"))),
    LAYERS(LAYER(DOCKER("image.rootfs.diff.tar.gzip"))),
    LAYERS(LAYER(DOCKER("image.rootfs.diff.tar.zstd"))),
    LAYERS("{\"mediaType\":\"" TAR "\",\"urls\":[]," DESCRIPTOR("a") "}"),
    LAYERS("{\"mediaType\":\"" TAR "\",\"urls\":null," DESCRIPTOR("a") "}"),
    TYPED(OCI("manifest.v1+json"), ",\"layers\":[" LAYER(TAR) "]"),
    TYPED(DOCKER("distribution.manifest.v2+json"), ",\"layers\":[" LAYER(TAR) "]")
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct manifest m ;
    stralloc why = STRALLOC_ZERO ;
    assert_int_equal(manifest_parse(t[i], strlen(t[i]), &amd64, &m, &why), 0) ;
    assert_int_equal(m.kind, MANIFEST_IMAGE) ;
    assert_string_equal(m.digest, DIGEST("a")) ;
    assert_int_equal(m.size, 7) ;
    assert_int_equal(why.len, 0) ;
    stralloc_free(&why) ;
  }
}

static void the_image_for_the_machine_is_chosen (void **state)
{
  static struct { char const *text, *architecture, *variant, *chosen ; } const t[] =
  {
    { INDEX(LINUX("a", "amd64") "," LINUX("b", "arm64")), "arm64", "", "b" },
    { INDEX(PLATFORM("a", "windows", "amd64", "") "," LINUX("b", "amd64")), "amd64", "", "b" },
    { INDEX("{" DESCRIPTOR("a") ",\"platform\":{\"architecture\":\"amd64\"}}"), "amd64", "", "a" },
    { INDEX(LINUX("a", "amd64") "," LINUX("b", "amd64")), "amd64", "", "a" },
    { TYPED(OCI("index.v1+json"), ",\"manifests\":[" LINUX("c", "s390x") "]"), "s390x", "", "c" },
    { TYPED(DOCKER("distribution.manifest.list.v2+json"), ",\"manifests\":[" LINUX("c", "s390x") "]"), "s390x", "", "c" },
    /* one for any */
    { INDEX("{" DESCRIPTOR("a") "}"), "riscv64", "", "a" },
    { INDEX("{" DESCRIPTOR("a") ",\"platform\":null}"), "riscv64", "", "a" },
    { INDEX("{" DESCRIPTOR("a") ",\"platform\":{\"architecture\":\"\",\"os\":\"\"}}"), "riscv64", "", "a" },
    { INDEX(ATTESTATION("a") ",{" DESCRIPTOR("b") "}," PLATFORM("c", "windows", "amd64", "")), "riscv64", "", "b" },
    /* what is passed over */
    { INDEX("{" DESCRIPTOR("a") ",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}},{" DESCRIPTOR("b") "}"), "amd64", "", "b" },
    { INDEX("{" DESCRIPTOR("a") ",\"annotations\":{\"vnd.docker.reference.type\":\"x\"},\"platform\":{\"architecture\":\"amd64\"}}," LINUX("b", "amd64")),
      "amd64", "", "b" },
    { INDEX("{\"mediaType\":\"" OCI("index.v1+json") "\"," DESCRIPTOR("a") ",\"platform\":{\"architecture\":\"amd64\"}}," LINUX("b", "amd64")),
      "amd64", "", "b" },
    { INDEX("7,{\"platform\":7},{\"mediaType\":[]},{\"platform\":{\"os\":1,\"architecture\":\"amd64\"}},"
      "{\"platform\":{\"variant\":1,\"architecture\":\"amd64\"}}," LINUX("b", "amd64")), "amd64", "", "b" },
    /* variants */
    { INDEX(VARIANT("a", "arm", "v6") "," VARIANT("b", "arm", "v7")), "arm", "v7", "b" },
    { INDEX(VARIANT("a", "arm", "v6") "," VARIANT("b", "arm", "v7")), "arm", "v6", "a" },
    { INDEX(VARIANT("a", "arm", "v5") "," VARIANT("b", "arm", "v7") "," VARIANT("c", "arm", "v6")), "arm", "v8", "b" },
    { INDEX(VARIANT("a", "arm", "v5") "," VARIANT("b", "arm", "v6") "," VARIANT("c", "arm", "v8")), "arm", "v7", "b" },
    { INDEX(LINUX("a", "arm") "," VARIANT("b", "arm", "v6")), "arm", "v7", "a" },
    { INDEX(LINUX("a", "arm") "," VARIANT("b", "arm", "v7")), "arm", "v7", "b" },
    { INDEX(LINUX("a", "arm") "," VARIANT("b", "arm", "v6")), "arm", "v6", "b" },
    { INDEX(VARIANT("a", "arm64", "v8")), "arm64", "", "a" },
    { INDEX(LINUX("a", "arm64")), "arm64", "v8", "a" },
    { INDEX(VARIANT("a", "arm64", "v9") "," VARIANT("b", "arm64", "v8")), "arm64", "", "b" },
    { INDEX(VARIANT("a", "arm64", "v8") "," VARIANT("b", "arm64", "v8.2")), "arm64", "v8.2", "b" },
    { INDEX(VARIANT("a", "amd64", "v3") "," LINUX("b", "amd64")), "amd64", "", "b" },
    { INDEX(VARIANT("a", "amd64", "v1")), "amd64", "", "a" },
    { INDEX(VARIANT("a", "amd64", "v3") "," LINUX("b", "amd64")), "amd64", "v4", "a" },
    { INDEX(VARIANT("a", "ppc64le", "power8")), "ppc64le", "", "a" },
    { INDEX(VARIANT("a", "ppc64le", "power8") "," LINUX("b", "ppc64le")), "ppc64le", "", "b" },
    { INDEX(VARIANT("a", "ppc64le", "power8") "," LINUX("b", "ppc64le")), "ppc64le", "power9", "b" }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct platform machine = { t[i].architecture, t[i].variant } ;
    struct manifest m ;
    stralloc why = STRALLOC_ZERO ;
    assert_int_equal(manifest_parse(t[i].text, strlen(t[i].text), &machine, &m, &why), 0) ;
    assert_int_equal(m.kind, MANIFEST_INDEX) ;
    assert_string_equal(m.digest + strlen(m.digest) - 1, t[i].chosen) ;
    assert_true(digest_is_valid(m.digest)) ;
    assert_int_equal(m.size, 7) ;
    assert_int_equal(why.len, 0) ;
    stralloc_free(&why) ;
  }
}

#define SIZED(size) LAYERS("{\"mediaType\":\"" TAR "\",\"digest\":\"" DIGEST("a") "\",\"size\":" size "}")
#define DIGESTED(digest) LAYERS("{\"mediaType\":\"" TAR "\",\"size\":7,\"digest\":" digest "}")

static void what_is_wrong_is_said (void **state)
{
  static char const nojson[] = "it is no JSON", neither[] = "it is neither an image nor an index", version[] = "its schemaVersion is not 2",
    size[] = "the size of its layer is not valid", digest[] = "the digest of its layer is not valid", type[] = "the type of its layer is not valid",
    elsewhere[] = "its layer is kept elsewhere than in the registry", once[] = "it is an image and an index at once" ;
  static struct { char const *text, *why ; } const t[] =
  {
    { "", nojson }, { "<html>", nojson }, { "{", nojson }, { LAYERS(LAYER(TAR)) "x", nojson }, { "{\"schemaVersion\":2,\"layers\":\"\\u0000\"}", nojson },
    { "[]", neither }, { "{\"schemaVersion\":2,\"schemaVersion\":2}", "it is JSON with a name twice in one object" },
    { LAYERS("{\"digest\":\"\",\"dig\\u0065st\":\"\"}"), "it is JSON with a name twice in one object" },
    { "{}", version }, { "{\"schemaVersion\":2.0}", version }, { "{\"schemaVersion\":\"2\"}", version }, { "{\"schemaVersion\":3}", version },
    { "{\"schemaVersion\":1,\"fsLayers\":[]}", "it is of Docker's schema 1, which is no longer used" },
    { "{\"schemaVersion\":2}", neither }, { "{\"schemaVersion\":2,\"mediaType\":7,\"layers\":[]}", neither },
    { TYPED("text/\\u001b[2J\\u009b\\u00e9\\n", ""), "it is neither an image nor an index, but text/?[2J?????" },
    { TYPED("application/vnd.docker.distribution.manifest.v1+prettyjws", ",\"layers\":[]"),
      "it is neither an image nor an index, but application/vnd.docker.distribution.manifest.v1+prettyjws" },
    /* both */
    { "{\"schemaVersion\":2,\"layers\":[],\"manifests\":[]}", once },
    { TYPED(OCI("manifest.v1+json"), ",\"manifests\":[],\"layers\":[" LAYER(TAR) "]"), once },
    { TYPED(OCI("manifest.v1+json"), ",\"manifests\":null,\"layers\":[" LAYER(TAR) "]"), once },
    { TYPED(OCI("index.v1+json"), ",\"layers\":[" LAYER(TAR) "]"), "it has no list of images" },
    { TYPED(OCI("manifest.v1+json"), ",\"manifests\":[" LINUX("a", "amd64") "]"), "it has no list of layers" },
    /* layers */
    { "{\"schemaVersion\":2,\"layers\":{}}", "it has no list of layers" },
    { LAYERS(""), "it has 0 layers, and a mod has one" },
    { LAYERS(LAYER(TAR) "," LAYER(TAR) "," LAYER(TAR)), "it has 3 layers, and a mod has one" },
    { LAYERS("7"), type }, { LAYERS("{" DESCRIPTOR("a") "}"), type }, { LAYERS("{\"mediaType\":7," DESCRIPTOR("a") "}"), type },
    { LAYERS(LAYER("application/vnd.in-toto+json")), "its layer is no tar that can be read, but application/vnd.in-toto+json" },
    { LAYERS(LAYER(TAR "+encrypted")), "its layer is no tar that can be read, but " TAR "+encrypted" },
    { LAYERS(LAYER(OCI("layer.nondistributable.v1.tar+gzip"))), elsewhere },
    { LAYERS(LAYER(DOCKER("image.rootfs.foreign.diff.tar.gzip"))), elsewhere },
    { LAYERS("{\"mediaType\":\"" TAR "\",\"urls\":[\"http://evil/\"]," DESCRIPTOR("a") "}"), elsewhere },
    { LAYERS("{\"mediaType\":\"" TAR "\",\"urls\":\"http://evil/\"," DESCRIPTOR("a") "}"), elsewhere },
    { SIZED("-1"), size }, { SIZED("7.0"), size }, { SIZED("\"7\""), size }, { SIZED("null"), size }, { SIZED("[7]"), size },
    { SIZED("9223372036854775808"), "it is JSON with a number that is too large" },
    { LAYERS("{\"mediaType\":\"" TAR "\",\"digest\":\"" DIGEST("a") "\"}"), size },
    { DIGESTED("null"), digest }, { DIGESTED("7"), digest }, { DIGESTED("\"\""), digest }, { DIGESTED("\"sha256:../../x\""), digest },
    { DIGESTED("\"" DIGEST("A") "\""), digest }, { DIGESTED("\"" DIGEST("a0") "\""), digest },
    /* images */
    { "{\"schemaVersion\":2,\"manifests\":{}}", "it has no list of images" },
    { INDEX(""), "it has no image for Linux" }, { INDEX(PLATFORM("a", "windows", "amd64", "") "," ATTESTATION("b")), "it has no image for Linux" },
    { INDEX("{" DESCRIPTOR("a") "},{" DESCRIPTOR("b") "}"), "it has 2 images, and does not say for which machines" },
    { INDEX(LINUX("a", "arm64") "," VARIANT("b", "arm", "v7") "," LINUX("c", "arm64") "," ATTESTATION("d")),
      "it is for arm64, arm/v7, and this machine is amd64" },
    { INDEX("{" DESCRIPTOR("a") "}," LINUX("b", "arm64")), "it is for arm64, and this machine is amd64" },
    { INDEX(VARIANT("b", "amd64", "v2")), "it is for amd64/v2, and this machine is amd64" },
    { INDEX(VARIANT("b", "amd64", "v0")), "it is for amd64/v0, and this machine is amd64" },
    { INDEX(VARIANT("b", "amd64", "v10")), "it is for amd64/v10, and this machine is amd64" },
    { INDEX(LINUX("a", "\\u0007bell\\n")), "it is for ?bell?, and this machine is amd64" },
    { INDEX(LINUX("a", HEX31 HEX31 HEX31)), "it is for " HEX31 HEX31 "01, and this machine is amd64" },
    { INDEX(LINUX("a", "1") "," LINUX("a", "2") "," LINUX("a", "3") "," LINUX("a", "4") "," LINUX("a", "5") "," LINUX("a", "6") "," LINUX("a", "7") ","
      LINUX("a", "8") "," LINUX("a", "9")), "it is for 1, 2, 3, 4, 5, 6, 7, 8, ..., and this machine is amd64" },
    { INDEX("{\"size\":7,\"platform\":{\"architecture\":\"amd64\"}}"), "the digest of its image is not valid" },
    { INDEX("{\"digest\":\"" DIGEST("a") "\",\"platform\":{\"architecture\":\"amd64\"}}"), "the size of its image is not valid" }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct manifest m = { .digest = "untouched" } ;
    stralloc why = STRALLOC_ZERO ;
    assert_true(stralloc_cats(&why, "before ")) ;
    assert_int_equal(manifest_parse(t[i].text, strlen(t[i].text), &amd64, &m, &why), -1) ;
    assert_true(stralloc_0(&why)) ;
    assert_memory_equal(why.s, "before ", 7) ;
    assert_string_equal(why.s + 7, t[i].why) ;
    assert_string_equal(m.digest, "untouched") ;
    stralloc_free(&why) ;
  }
}

static void the_largest_size_is_taken (void **state)
{
  static char const text[] = SIZED("9223372036854775807") ;
  struct manifest m ;
  stralloc why = STRALLOC_ZERO ;
  (void)state ;
  assert_int_equal(manifest_parse(text, strlen(text), &amd64, &m, &why), 0) ;
  assert_true(m.size == INT64_MAX) ;
}

/* An image with a member of so many bytes c, in a string or bare. */
static void assert_filled (size_t len, char c, int quoted, int result, char const *expected)
{
  static char const head[] = "{\"x\":", tail[] = "," ;
  static char const image[] = LAYERS(LAYER(TAR)) ;
  char *text = malloc(len + 2 + sizeof head + sizeof tail + sizeof image) ;
  struct manifest m ;
  stralloc why = STRALLOC_ZERO ;
  size_t pos = strlen(head) ;
  assert_non_null(text) ;
  memcpy(text, head, pos) ;
  if (quoted) text[pos++] = '"' ;
  memset(text + pos, c, len) ;
  pos += len ;
  if (quoted) text[pos++] = '"' ;
  pos += (size_t)sprintf(text + pos, "%s%s", tail, image + 1) ;
  assert_int_equal(manifest_parse(text, pos, &amd64, &m, &why), result) ;
  assert_true(stralloc_0(&why)) ;
  assert_string_equal(why.s, expected) ;
  stralloc_free(&why) ;
  free(text) ;
}

static void what_it_costs_is_bounded (void **state)
{
  size_t others = sizeof "{\"x\":\"\"," - 1 + sizeof LAYERS(LAYER(TAR)) - 2 ;
  (void)state ;
  assert_filled(MANIFEST_MAX - others, ' ', 1, 0, "") ;
  assert_filled(MANIFEST_MAX - others + 1, ' ', 1, -1, "it is larger than 4 MiB") ;
  assert_filled(60000, '{', 1, 0, "") ;
  assert_filled(66000, '[', 1, -1, "it has more values than a manifest can have") ;
  assert_filled(66000, '{', 1, -1, "it has more values than a manifest can have") ;
  assert_filled(66000, ',', 1, -1, "it has more values than a manifest can have") ;
  assert_filled(66000, ':', 1, -1, "it has more values than a manifest can have") ;
  assert_filled(60000, '[', 0, -1, "it is JSON that is nested too deeply") ;
}

static void the_machine_is_known (void **state)
{
  struct platform p = manifest_platform() ;
  struct utsname uts ;
  (void)state ;
  assert_int_equal(uname(&uts), 0) ;
  if (sizeof (void *) < 8) skip() ;
  if (!strcmp(uts.machine, "x86_64")) assert_string_equal(p.architecture, "amd64") ;
  else if (!strcmp(uts.machine, "aarch64")) assert_string_equal(p.architecture, "arm64") ;
  else assert_true(*p.architecture) ;
  assert_string_equal(p.variant, "") ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(images_of_one_layer_are_taken),
    cmocka_unit_test(the_image_for_the_machine_is_chosen),
    cmocka_unit_test(what_is_wrong_is_said),
    cmocka_unit_test(the_largest_size_is_taken),
    cmocka_unit_test(what_it_costs_is_bounded),
    cmocka_unit_test(the_machine_is_known)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
