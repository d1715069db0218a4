/* ISC license. */

#include "unit.h"
#include "imageref.h"

#define HEX32 "0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX32 HEX32
#define DIGEST512 "sha512:" HEX32 HEX32 HEX32 HEX32
#define TEN "abcdefghij"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
/* with docker.io/library/ the longest name */
#define LONGEST HUNDRED HUNDRED TEN TEN TEN "abcdef" "g"
#define TAG_LONGEST HUNDRED TEN TEN "abcdefgh"

static void references_are_taken_apart (void **state)
{
  static struct { char const *text ; char const *registry, *repository, *tag, *digest ; } const t[] =
  {
    { "alpine", "docker.io", "library/alpine", "latest", "" },
    { "alpine:3.20", "docker.io", "library/alpine", "3.20", "" },
    { "me/mod", "docker.io", "me/mod", "latest", "" },
    { "me/mod:Tag_1.2-x", "docker.io", "me/mod", "Tag_1.2-x", "" },
    { "me/mod@" DIGEST, "docker.io", "me/mod", "", DIGEST },
    { "me/mod:1@" DIGEST512, "docker.io", "me/mod", "1", DIGEST512 },
    { "a/b/c/d:_", "docker.io", "a/b/c/d", "_", "" },
    { "x/a.b_c__d---e/0", "docker.io", "x/a.b_c__d---e/0", "latest", "" },
    /* a first step is a registry if it looks like one */
    { "localhost/mod", "localhost", "mod", "latest", "" },
    { "localhost/linuxserver/mods:x", "localhost", "linuxserver/mods", "x", "" },
    { "localhost:5000", "docker.io", "library/localhost", "5000", "" },
    { "localhost:5000/mod:1", "localhost:5000", "mod", "1", "" },
    { "registry:1/mod", "registry:1", "mod", "latest", "" },
    { "r:65535/mod", "r:65535", "mod", "latest", "" },
    { "Quay.IO/a/b", "quay.io", "a/b", "latest", "" },
    { "my-host.example.org:443/a/b:c", "my-host.example.org:443", "a/b", "c", "" },
    { "127.0.0.1:5000/a", "127.0.0.1:5000", "a", "latest", "" },
    { "[::1]:5000/a:b", "[::1]:5000", "a", "b", "" },
    { "[2001:DB8::7]/a", "[2001:db8::7]", "a", "latest", "" },
    /* docker.io by its other names */
    { "docker.io/alpine", "docker.io", "library/alpine", "latest", "" },
    { "index.docker.io/alpine", "docker.io", "library/alpine", "latest", "" },
    { "registry-1.docker.io/me/mod", "docker.io", "me/mod", "latest", "" },
    { "quay.io/alpine", "quay.io", "alpine", "latest", "" },
    /* the family's */
    { "linuxserver/mods:universal-cron", "lscr.io", "linuxserver/mods", "universal-cron", "" },
    { "docker.io/linuxserver/mods:x", "lscr.io", "linuxserver/mods", "x", "" },
    { "index.docker.io/linuxserver/mods:x", "lscr.io", "linuxserver/mods", "x", "" },
    { "ghcr.io/linuxserver/mods:x", "lscr.io", "linuxserver/mods", "x", "" },
    { "GHCR.io/linuxserver/mods:x", "lscr.io", "linuxserver/mods", "x", "" },
    { "lscr.io/linuxserver/mods:x", "lscr.io", "linuxserver/mods", "x", "" },
    { "quay.io/linuxserver/mods:x", "quay.io", "linuxserver/mods", "x", "" },
    { "ghcr.io/linuxserver.io/mods:x", "ghcr.io", "linuxserver.io/mods", "x", "" },
    { "ghcr.io/other/linuxserver/mods:x", "ghcr.io", "other/linuxserver/mods", "x", "" },
    { "ghcr.io:443/linuxserver/mods:x", "ghcr.io:443", "linuxserver/mods", "x", "" },
    { "ghcr.io/linuxserver", "ghcr.io", "linuxserver", "latest", "" },
    { LONGEST, "docker.io", "library/" LONGEST, "latest", "" },
    { "a:" TAG_LONGEST "@" DIGEST512, "docker.io", "library/a", TAG_LONGEST, DIGEST512 }
  } ;
  size_t i = 0 ;
  (void)state ;
  assert_int_equal(strlen("docker.io/library/" LONGEST), IMAGEREF_NAME_MAX) ;
  assert_int_equal(strlen(TAG_LONGEST), IMAGEREF_TAG_MAX) ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct imageref r ;
    char const *why = 0 ;
    assert_int_equal(imageref_parse(t[i].text, 0, &r, &why), 0) ;
    assert_string_equal(r.registry, t[i].registry) ;
    assert_string_equal(r.repository, t[i].repository) ;
    assert_string_equal(r.tag, t[i].tag) ;
    assert_string_equal(r.digest, t[i].digest) ;
    assert_null(why) ;
  }
}

static void the_registry_that_is_named_can_be_meant (void **state)
{
  static struct { char const *text, *registry ; } const t[] =
  {
    { "linuxserver/mods:x", "docker.io" },
    { "docker.io/linuxserver/mods:x", "docker.io" },
    { "index.docker.io/linuxserver/mods:x", "docker.io" },
    { "ghcr.io/linuxserver/mods:x", "ghcr.io" },
    { "lscr.io/linuxserver/mods:x", "lscr.io" }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct imageref r ;
    char const *why = 0 ;
    assert_int_equal(imageref_parse(t[i].text, 1, &r, &why), 0) ;
    assert_string_equal(r.registry, t[i].registry) ;
    assert_string_equal(r.repository, "linuxserver/mods") ;
  }
}

static void what_is_wrong_is_said (void **state)
{
  static char const upper[] = "its name has upper case letters", character[] = "its name has a character that none has",
    separator[] = "its name has a /, ., _ or - where none can be", registry[] = "its registry is no HOST or HOST:PORT",
    nothing[] = "it names no repository", tag[] = "its tag has a character that none has", begins[] = "its tag begins with a . or -",
    digest[] = "its digest is not sha256: with 64 or sha512: with 128 of 0-9 and a-f", longer[] = "its name is longer than 255 characters" ;
  static struct { char const *text, *why ; } const t[] =
  {
    { "", "it is empty" },
    { "https://ghcr.io/a/b", "it is a URL, and a reference begins with the host of a registry or a name" },
    { "LinuxServer/mods:x", upper }, { "Alpine", upper }, { "ghcr.io/linuxserver/Mods", upper }, { "LOCALHOST/a", upper },
    { "a b", character }, { " a", character }, { "a\n", character }, { "a\x1b[2m", character }, { "a/caf\xc3\xa9", character }, { "a\\b", character },
    { "a,b", character }, { "a%2fb", character }, { "a?b", character },
    { "/a", separator }, { "a/", separator }, { "a//b", separator }, { "a/../b", separator }, { "./a", registry }, { "../a", registry },
    { "a/.b", separator }, { "a/b.", separator }, { "a/-b", separator }, { "a/b-", separator }, { "a..b", separator }, { "a___b", separator },
    { "a._b", separator }, { "a-_b", separator }, { "_a", separator }, { "ghcr.io//a", separator },
    { "ghcr.io/", nothing }, { ":tag", nothing }, { "@" DIGEST, nothing }, { "ghcr.io/:tag", nothing },
    { "-a.b/c", registry }, { "a-.b/c", registry }, { "a..b/c", registry }, { ".a/c", registry }, { "a./c", registry }, { "a_b.c/d", registry },
    { "a b.c/d", registry }, { "a:/c", registry }, { "a:0/c", registry }, { "a:65536/c", registry }, { "a:99999999999/c", registry },
    { "a:123456/c", registry }, { "a:000080/c", registry }, { "a:1x/c", registry }, { "a:-1/c", registry }, { "a:1:2/c", registry }, { ":5000/c", registry },
    { "u@ser.io/c", digest }, { "[::1/c", registry }, { "[::1/:80", registry }, { "[::1]5000/c", registry }, { "[::1]:/c", registry }, { "[::g]:1/c", registry },
    { "[:]/c", registry }, { "[127.0.0.1]:1/c", registry }, { "::1/c", registry }, { "[::1]x.y/c", registry }, { "[::1%25lo]/c", registry },
    { "a:", "its tag is empty" }, { "a:@" DIGEST, "its tag is empty" }, { "a/b:c:d", tag }, { "a:b c", tag }, { "a:b\n", tag }, { "a:b+c", tag },
    { "a:.b", begins }, { "a:-b", begins }, { "a:" TAG_LONGEST "x", "its tag is longer than 128 characters" },
    { "a@", digest }, { "a@sha256:", digest }, { "a@" DIGEST "0", digest }, { "a@" DIGEST "@" DIGEST, digest }, { "a@md5:" HEX32, digest },
    { LONGEST "h", longer }, { "quay.io/" LONGEST TEN "a", longer }, { HUNDRED HUNDRED HUNDRED ".b/c", longer },
    { HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED, "it is longer than a reference can be" }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct imageref r = { .registry = "untouched" } ;
    char const *why = "" ;
    assert_int_equal(imageref_parse(t[i].text, 0, &r, &why), -1) ;
    assert_string_equal(why, t[i].why) ;
    assert_string_equal(r.registry, "untouched") ;
  }
}

static void hosts_versions_and_owners_are_told (void **state)
{
  static struct { char const *text, *host, *version, *owner ; } const t[] =
  {
    { "alpine", "registry-1.docker.io", "latest", "library" },
    { "me/mod:1", "registry-1.docker.io", "1", "me" },
    { "ghcr.io/me/mod:1@" DIGEST, "ghcr.io", DIGEST, "me" },
    { "localhost:5000/mod", "localhost:5000", "latest", "mod" },
    { "linuxserver/mods:x", "lscr.io", "x", "linuxserver" }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct imageref r ;
    char owner[IMAGEREF_NAME_MAX + 1] ;
    char const *why ;
    assert_int_equal(imageref_parse(t[i].text, 0, &r, &why), 0) ;
    assert_string_equal(imageref_host(&r), t[i].host) ;
    assert_string_equal(*r.digest ? r.digest : r.tag, t[i].version) ;
    imageref_owner(&r, owner) ;
    assert_string_equal(owner, t[i].owner) ;
  }
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(references_are_taken_apart),
    cmocka_unit_test(the_registry_that_is_named_can_be_meant),
    cmocka_unit_test(what_is_wrong_is_said),
    cmocka_unit_test(hosts_versions_and_owners_are_told)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
