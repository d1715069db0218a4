/* ISC license. */

#include "unit.h"
#include "digest.h"

#define ABC_256 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_512 \
  "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
#define NOTHING_256 "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
/* of 200001 bytes 'a' */
#define LONG_256 "sha256:299c0ddb1d4e35143ab7ea9f57c435d09dc425da1ad5d941c7028a234f4af719"
#define LONG_512 \
  "sha512:1ff7620105e4e90d977b8f6c5c60d9a8a447b8fa8f89353da15f7420e0cd28e8a22071aee9bf6d04f8a765b0191dd695db4506ddeaa7c3371a6cd83148ce5b65"
#define LONG_LEN 200001

static void digests_are_told_from_other_texts (void **state)
{
  static struct { char const *text ; int valid ; } const t[] =
  {
    { ABC_256, 1 },
    { ABC_512, 1 },
    { ABC_256 "0", 0 },
    { ABC_256 "\n", 0 },
    { " " ABC_256, 0 },
    { "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a", 0 },
    { "sha256:BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 0 },
    { "sha256:ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 0 },
    { "sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 0 },
    { "sha384:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 0 },
    { "SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 0 },
    { "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 0 },
    { "sha256:../../etc/passwd", 0 },
    { "sha256:", 0 },
    { "sha256", 0 },
    { "", 0 }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++) assert_int_equal(digest_is_valid(t[i].text), t[i].valid) ;
  assert_int_equal(strlen(ABC_512), DIGEST_MAX) ;
}

static void files_are_checked (void **state)
{
  static struct { char const *name ; char const *digest ; uint64_t size ; int same ; } const t[] =
  {
    { "abc", ABC_256, 3, 1 },
    { "abc", ABC_512, 3, 1 },
    { "abc", NOTHING_256, 3, 0 },
    { "abc", ABC_256 "0", 3, 0 },
    { "abc", "md5:900150983cd24fb0d6963f7d28e17f72", 3, 0 },
    { "abc", "", 3, 0 },
    { "empty", NOTHING_256, 0, 1 },
    { "empty", ABC_256, 0, 0 },
    { "long", LONG_256, LONG_LEN, 1 },
    { "long", LONG_512, LONG_LEN, 1 }
  } ;
  int dir = *(int *)*state ;
  char *text = malloc(LONG_LEN) ;
  size_t i = 0 ;
  assert_non_null(text) ;
  memset(text, 'a', LONG_LEN) ;
  put(dir, "long", text, LONG_LEN, 0600) ;
  free(text) ;
  puts_in(dir, "abc", "abc") ;
  puts_in(dir, "empty", "") ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    uint64_t size = 77 ;
    int fd = openat(dir, t[i].name, O_RDONLY) ;
    /* wherever it stands, it is read from its beginning, and stays there */
    assert_int_equal(lseek(fd, 2, SEEK_SET), 2) ;
    assert_int_equal(digest_check(fd, t[i].digest, &size), t[i].same) ;
    assert_int_equal(size, t[i].size) ;
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 2) ;
    close(fd) ;
  }
}

static void the_digest_of_a_file_is_made (void **state)
{
  int dir = *(int *)*state, fd ;
  char digest[DIGEST_MAX + 1] = "" ;
  puts_in(dir, "abc", "abc") ;
  fd = openat(dir, "abc", O_RDONLY) ;
  assert_int_equal(digest_of(fd, digest), 0) ;
  assert_string_equal(digest, ABC_256) ;
  close(fd) ;
}

static void what_cannot_be_read_is_an_error (void **state)
{
  int dir = *(int *)*state ;
  char digest[DIGEST_MAX + 1] = "untouched" ;
  uint64_t size = 77 ;
  errno = 0 ;
  assert_int_equal(digest_check(dir, ABC_256, &size), -1) ;
  assert_int_equal(errno, EISDIR) ;
  errno = 0 ;
  assert_int_equal(digest_of(dir, digest), -1) ;
  assert_int_equal(errno, EISDIR) ;
  assert_int_equal(size, 77) ;
  assert_string_equal(digest, "untouched") ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(digests_are_told_from_other_texts),
    SCRATCH(files_are_checked),
    SCRATCH(the_digest_of_a_file_is_made),
    SCRATCH(what_cannot_be_read_is_an_error)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
