/* ISC license. */

#include <stdio.h>
#include <sys/syscall.h>

#include "faults.h"
#include "layerentries.h"
#include "modname.h"
#include "modrecord.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MOD "lscr.io/linuxserver/mods:x"

static void make_layer (struct layer *ret)
{
  struct layer_limits const limits = LAYER_LIMITS ;
  struct layerentries e ;
  char const *why ;
  layerentries_begin(&e, &limits) ;
  assert_int_equal(layerentries_add(&e, "etc", LAYER_DIRECTORY, 0700, 0, &why), 0) ;
  assert_int_equal(layerentries_add(&e, "etc/a\"\\%s\xc3\xa9", LAYER_FILE, 0755, 3, &why), 0) ;
  assert_int_equal(layerentries_add(&e, "usr/b/l", LAYER_LINK, 0, 199999, &why), 0) ;
  assert_int_equal(layerentries_add(&e, "f", LAYER_FILE, 0, 0, &why), 0) ;
  assert_true(layerentries_end(&e, 1, ret)) ;
}

static void assert_same (struct layer const *a, struct layer const *b)
{
  size_t i = 0 ;
  assert_int_equal(a->n, b->n) ;
  assert_int_equal(a->nfiles, b->nfiles) ;
  for (; i < a->n ; i++)
  {
    assert_string_equal(a->names.s + a->entries[i].path, b->names.s + b->entries[i].path) ;
    assert_int_equal(a->entries[i].type, b->entries[i].type) ;
    assert_int_equal(a->entries[i].mode, b->entries[i].mode) ;
    assert_int_equal(a->entries[i].number, b->entries[i].number) ;
  }
}

static void what_is_written_is_read (void **state)
{
  int dir = *(int *)*state ;
  struct layer l, back ;
  stralloc mod = STRALLOC_ZERO ;
  char digest[DIGEST_MAX + 1] ;
  struct stat st ;
  make_layer(&l) ;
  assert_true(stralloc_copys(&mod, "something else that is much longer than the name")) ;
  assert_int_equal(modrecord_read(dir, "r", &mod, digest, &back), 0) ;
  assert_int_equal(modrecord_write(dir, "r", MOD, DIGEST, &l), 0) ;
  assert_int_equal(fstatat(dir, "r", &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_mode, S_IFREG | 0644) ;
  assert_int_equal(modrecord_read(dir, "r", &mod, digest, &back), 1) ;
  assert_string_equal(mod.s, MOD) ;
  assert_int_equal(mod.len, sizeof MOD) ;
  assert_string_equal(digest, DIGEST) ;
  assert_same(&l, &back) ;
  layer_free(&back) ;
  assert_int_equal(modrecord_read(dir, "r", 0, 0, 0), 1) ;
  layer_free(&l) ;
  /* of nothing, over what is there */
  assert_int_equal(modrecord_write(dir, "r", "\xc3\xa9 \"", DIGEST, &l), 0) ;
  assert_int_equal(modrecord_read(dir, "r", &mod, 0, &back), 1) ;
  assert_string_equal(mod.s, "\xc3\xa9 \"") ;
  assert_int_equal(back.n, 0) ;
  layer_free(&back) ;
  stralloc_free(&mod) ;
}

static void what_could_not_be_read_is_not_written (void **state)
{
  static char const *const mods[] = { "", "a\nb", "\xff", "a\x7f" } ;
  static char const *const digests[] = { "", "sha256:", "md5:0", DIGEST "0", "/etc/passwd" } ;
  int dir = *(int *)*state ;
  struct layer const l = LAYER_ZERO ;
  size_t i = 0 ;
  for (; i < sizeof mods / sizeof mods[0] ; i++)
  {
    assert_int_equal(modrecord_write(dir, "r", mods[i], DIGEST, &l), -1) ;
    assert_int_equal(errno, EINVAL) ;
  }
  for (i = 0 ; i < sizeof digests / sizeof digests[0] ; i++)
  {
    assert_int_equal(modrecord_write(dir, "r", MOD, digests[i], &l), -1) ;
    assert_int_equal(errno, EINVAL) ;
  }
  assert_int_equal(modrecord_read(dir, "r", 0, 0, 0), 0) ;
}

#define HEAD "{ \"mod\": \"m\", \"digest\": \"" DIGEST "\", \"entries\": "
#define ENTRIES(s) HEAD "[" s "] }"
#define DIRECTORY "{ \"path\": \"d\", \"type\": \"directory\", \"mode\": \"0755\" }"
#define FILE_1 "{ \"path\": \"f\", \"type\": \"file\", \"mode\": \"0755\", \"number\": 1 }"

static char const *const damaged[] =
{
  "", "{", "[]", "null", "\"mod\"", "\xff", ENTRIES("") "x", ENTRIES(","),
  "{}",
  HEAD "{} }",
  HEAD "null }",
  HEAD "[], \"more\": 1 }",
  "{ \"mod\": \"m\", \"entries\": [] }",
  "{ \"mod\": \"\", \"digest\": \"" DIGEST "\", \"entries\": [] }",
  "{ \"mod\": \"a\\nb\", \"digest\": \"" DIGEST "\", \"entries\": [] }",
  "{ \"mod\": \"a\\u0000b\", \"digest\": \"" DIGEST "\", \"entries\": [] }",
  "{ \"mod\": 1, \"digest\": \"" DIGEST "\", \"entries\": [] }",
  "{ \"mod\": \"m\", \"digest\": \"sha256:\", \"entries\": [] }",
  "{ \"mod\": \"m\", \"digest\": \"" DIGEST DIGEST DIGEST DIGEST DIGEST "\", \"entries\": [] }",
  "{ \"mod\": \"m\", \"mod\": \"m\", \"digest\": \"" DIGEST "\", \"entries\": [] }",
  ENTRIES("1"), ENTRIES("{}"), ENTRIES("[]"), ENTRIES("null"),
  ENTRIES(DIRECTORY "," DIRECTORY),
  ENTRIES(FILE_1 "," FILE_1),
  ENTRIES("{ \"path\": \"\", \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"/d\", \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"..\", \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"d/\", \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES(DIRECTORY ", { \"path\": \"d/\", \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"./d\", \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"d\\n\", \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \".wh.d\", \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": 1, \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"a/d\", \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"d/f\", \"type\": \"link\", \"number\": 1 }," DIRECTORY),
  ENTRIES(FILE_1 ",{ \"path\": \"f/g\", \"type\": \"link\", \"number\": 2 }"),
  ENTRIES(FILE_1 ",{ \"path\": \"f\", \"type\": \"link\", \"number\": 2 }"),
  ENTRIES(FILE_1 ",{ \"path\": \"g\", \"type\": \"link\", \"number\": 1 }"),
  ENTRIES(FILE_1 ",{ \"path\": \"f\", \"type\": \"directory\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"d\", \"type\": \"fifo\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"d\", \"type\": \"\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"d\", \"type\": \"directory\" }"),
  ENTRIES("{ \"path\": \"d\", \"type\": \"directory\", \"mode\": 493 }"),
  ENTRIES("{ \"path\": \"d\", \"type\": \"directory\", \"mode\": \"755\" }"),
  ENTRIES("{ \"path\": \"d\", \"type\": \"directory\", \"mode\": \"00755\" }"),
  ENTRIES("{ \"path\": \"d\", \"type\": \"directory\", \"mode\": \"0758\" }"),
  ENTRIES("{ \"path\": \"d\", \"type\": \"directory\", \"mode\": \"4755\" }"),
  ENTRIES("{ \"path\": \"d\", \"type\": \"directory\", \"mode\": \"0777\" }"),
  ENTRIES("{ \"path\": \"d\", \"type\": \"directory\", \"mode\": \"0755\", \"number\": 1 }"),
  ENTRIES("{ \"path\": \"f\", \"type\": \"file\", \"mode\": \"0755\" }"),
  ENTRIES("{ \"path\": \"f\", \"type\": \"file\", \"mode\": \"0755\", \"number\": \"1\" }"),
  ENTRIES("{ \"path\": \"f\", \"type\": \"file\", \"mode\": \"0755\", \"number\": 1.0 }"),
  ENTRIES("{ \"path\": \"f\", \"type\": \"file\", \"mode\": \"0755\", \"number\": -1 }"),
  ENTRIES("{ \"path\": \"f\", \"type\": \"file\", \"mode\": \"0755\", \"number\": 200000 }"),
  ENTRIES("{ \"path\": \"f\", \"type\": \"file\", \"mode\": \"0755\", \"number\": 99999999999999999999 }"),
  ENTRIES("{ \"path\": \"f\", \"type\": \"link\", \"mode\": \"0755\", \"number\": 1 }"),
  ENTRIES("{ \"path\": \"etc\", \"type\": \"directory\", \"mode\": \"0755\" }, { \"path\": \"etc/services.d\", \"type\": \"link\", \"number\": 1 }")
} ;

static void what_is_damaged_is_refused (void **state)
{
  int dir = *(int *)*state ;
  stralloc mod = STRALLOC_ZERO ;
  char digest[DIGEST_MAX + 1] = "untouched" ;
  struct layer l = LAYER_ZERO ;
  size_t i = 0 ;
  for (; i < sizeof damaged / sizeof damaged[0] ; i++)
  {
    puts_in(dir, "r", damaged[i]) ;
    if (modrecord_read(dir, "r", &mod, digest, &l) != -1) fail_msg("read: %s", damaged[i]) ;
    assert_int_equal(errno, EINVAL) ;
    assert_int_equal(mod.len, 0) ;
    assert_string_equal(digest, "untouched") ;
    assert_null(l.entries) ;
  }
  /* and the parts that they are made of are well */
  puts_in(dir, "r", ENTRIES(DIRECTORY "," FILE_1 ", { \"path\": \"d/l\", \"type\": \"link\", \"number\": 0 }")) ;
  assert_int_equal(modrecord_read(dir, "r", 0, 0, &l), 1) ;
  assert_int_equal(l.n, 3) ;
  assert_int_equal(l.nfiles, 2) ;
  layer_free(&l) ;
  assert_int_equal(mkdirat(dir, "directory", 0755), 0) ;
  assert_int_equal(mkfifoat(dir, "fifo", 0600), 0) ;
  assert_int_equal(symlinkat("r", dir, "link"), 0) ;
  assert_int_equal(modrecord_read(dir, "directory", 0, 0, 0), -1) ;
  assert_int_equal(errno, EINVAL) ;
  assert_int_equal(modrecord_read(dir, "fifo", 0, 0, 0), -1) ;
  assert_int_equal(errno, EINVAL) ;
  assert_int_equal(modrecord_read(dir, "link", 0, 0, 0), -1) ;
  assert_int_equal(errno, EINVAL) ;
}

static void a_record_without_an_end_is_not_read (void **state)
{
  int dir = *(int *)*state ;
  int fd ;
  puts_in(dir, "r", "") ;
  fd = openat(dir, "r", O_WRONLY) ;
  assert_int_equal(ftruncate(fd, 1099511627776), 0) ;
  close(fd) ;
  assert_int_equal(modrecord_read(dir, "r", 0, 0, 0), -1) ;
  assert_int_equal(errno, EINVAL) ;
}

/* A file name, a digit and a slash short of all that a layer may have. */
static void all_that_a_layer_may_have (void **state)
{
  struct layer_limits const limits = LAYER_LIMITS ;
  int dir = *(int *)*state ;
  struct layerentries e ;
  struct layer l, back ;
  char const *why ;
  uint32_t i = 0 ;
  layerentries_begin(&e, &limits) ;
  for (; i < LAYER_ENTRIES_MAX ; i++)
  {
    char path[24] ;
    snprintf(path, sizeof path, "\"\"\"\"\"\"\"%u", (unsigned int)i) ;
    assert_int_equal(layerentries_add(&e, path, LAYER_FILE, 0644, i, &why), 0) ;
  }
  assert_true(layerentries_end(&e, 1, &l)) ;
  assert_int_equal(modrecord_write(dir, "r", MOD, DIGEST, &l), 0) ;
  assert_int_equal(modrecord_read(dir, "r", 0, 0, &back), 1) ;
  assert_same(&l, &back) ;
  layer_free(&l) ;
  layer_free(&back) ;
}

static int write_it (int dir)
{
  struct layer const l = LAYER_ZERO ;
  return modrecord_write(dir, "r", "new", DIGEST, &l) == 0 ? 0 : 1 ;
}

static void the_old_one_stays_until_the_new_one_is_whole (void **state)
{
  static int const calls[] = { SYS_write, SYS_writev, SYS_fchmod, SYS_fsync, SYS_renameat } ;
  int dir = *(int *)*state ;
  struct layer l ;
  stralloc mod = STRALLOC_ZERO ;
  unsigned int step = 1 ;
  size_t i = 0 ;
  make_layer(&l) ;
  assert_int_equal(modrecord_write(dir, "r", MOD, DIGEST, &l), 0) ;
  for (; i < sizeof calls / sizeof calls[0] ; i++)
  {
    fault_errno(&write_it, dir, calls[i], EIO) ;
    assert_int_equal(modrecord_read(dir, "r", &mod, 0, 0), 1) ;
  }
  for (;; step++)
  {
    int killed = fault_kill(&write_it, dir, step) ;
    assert_int_equal(modrecord_read(dir, "r", &mod, 0, 0), 1) ;
    assert_true(!strcmp(mod.s, "new") || !strcmp(mod.s, MOD)) ;
    if (!killed) break ;
    assert_int_equal(modrecord_write(dir, "r", MOD, DIGEST, &l), 0) ;
  }
  assert_string_equal(mod.s, "new") ;
  assert_true(step > 10) ;
  layer_free(&l) ;
  stralloc_free(&mod) ;
}

static void that_of_a_mod_has_a_name_made_of_the_mods (void **state)
{
  int dir = *(int *)*state ;
  struct layer l, back ;
  stralloc file = STRALLOC_ZERO ;
  char digest[DIGEST_MAX + 1] = "untouched" ;
  make_layer(&l) ;
  assert_int_equal(modrecord_read_mod(dir, MOD, digest, &back), 0) ;
  assert_int_equal(modrecord_read_mod(dir, "", digest, &back), -1) ;
  assert_int_equal(errno, EINVAL) ;
  assert_string_equal(digest, "untouched") ;
  assert_int_equal(modname_file(MOD, &file), 1) ;
  assert_int_equal(modrecord_write(dir, file.s, MOD, DIGEST, &l), 0) ;
  assert_int_equal(modrecord_read_mod(dir, MOD, digest, &back), 1) ;
  assert_string_equal(digest, DIGEST) ;
  assert_same(&l, &back) ;
  layer_free(&back) ;
  layer_free(&l) ;
  stralloc_free(&file) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(what_is_written_is_read),
    SCRATCH(what_could_not_be_read_is_not_written),
    SCRATCH(what_is_damaged_is_refused),
    SCRATCH(a_record_without_an_end_is_not_read),
    SCRATCH(all_that_a_layer_may_have),
    SCRATCH(the_old_one_stays_until_the_new_one_is_whole),
    SCRATCH(that_of_a_mod_has_a_name_made_of_the_mods)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
