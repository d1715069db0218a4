/* ISC license. */

/* modname, and banned, which asks about one of them. */

#include <limits.h>

#include "banned.h"
#include "modname.h"
#include "unit.h"

static void names_are_split_once_each (void **state)
{
  static struct { char const *text ; size_t n ; char const *names[4] ; } const cases[] =
  {
    { "", 0, { 0 } },
    { " | || \n", 0, { 0 } },
    { "a/b:c", 1, { "a/b:c" } },
    { "a/b|c/d:e", 2, { "a/b", "c/d:e" } },
    { "  a\t|\n b || a |c@sha256:0 b", 3, { "a", "b", "c@sha256:0" } }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof cases / sizeof cases[0] ; i++)
  {
    struct modlist l = MODLIST_ZERO ;
    size_t k = 0 ;
    assert_int_equal(modlist_split(cases[i].text, &l), 0) ;
    assert_int_equal(l.n, cases[i].n) ;
    for (; k < l.n ; k++) assert_string_equal(l.names[k], cases[i].names[k]) ;
    assert_int_equal(modlist_has(&l, "b"), i == 4) ;
    modlist_free(&l) ;
    assert_int_equal(l.n, 0) ;
  }
}

static void assert_file (char const *mod, char const *wanted)
{
  stralloc file = STRALLOC_ZERO ;
  assert_int_equal(modname_file(mod, &file), 1) ;
  assert_int_equal(file.len, strlen(wanted) + 1) ;
  assert_string_equal(file.s, wanted) ;
  stralloc_free(&file) ;
}

static void files_are_readable_and_safe (void **state)
{
  (void)state ;
  assert_file("x", "x.json") ;
  assert_file("lscr.io/linuxserver/mods:universal-git_x", "lscr.io%2Flinuxserver%2Fmods%3Auniversal-git_x.json") ;
  assert_file("..", "%2E..json") ;
  assert_file("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd.json") ;
  assert_file("a%2Fb\n\xc3\xa9", "a%252Fb%0A%C3%A9.json") ;
}

static void long_names_have_files_of_their_own (void **state)
{
  stralloc a = STRALLOC_ZERO, b = STRALLOC_ZERO ;
  char mod[512] ;
  (void)state ;
  memset(mod, 'm', sizeof mod) ;
  mod[sizeof mod - 1] = 0 ;
  assert_true(stralloc_cats(&a, "tag:")) ;
  assert_int_equal(modname_file("", &a), 0) ;
  assert_int_equal(errno, EINVAL) ;
  assert_int_equal(a.len, 4) ;
  assert_int_equal(modname_file(mod, &a), 1) ;
  assert_true(a.len < NAME_MAX - 10) ;
  assert_memory_equal(a.s, "tag:mmmm", 8) ;
  /* the same beginning */
  mod[sizeof mod - 2] = 'n' ;
  assert_int_equal(modname_file(mod, &b), 1) ;
  assert_true(strcmp(a.s + 4, b.s)) ;
  b.len = 0 ;
  mod[sizeof mod - 2] = 'm' ;
  assert_int_equal(modname_file(mod, &b), 1) ;
  assert_string_equal(a.s + 4, b.s) ;
  stralloc_free(&a) ;
  stralloc_free(&b) ;
}

static void owners_are_found (void **state)
{
  static char const text[] = "# a list\nEvil\n\n  registry.example/Bad  # but not elsewhere\n#good\nlast" ;
  static struct { char const *reference ; int banned ; } const cases[] =
  {
    { "evil/mods:one", 1 },
    { "ghcr.io/evil/mods:one", 1 },
    { "evil2/mods", 0 },
    { "evi/mods", 0 },
    { "registry.example/bad/x", 1 },
    { "bad/x", 0 },
    { "good/x", 0 },
    { "last/x", 1 }
  } ;
  stralloc list = STRALLOC_ZERO ;
  struct imageref ref ;
  char const *why ;
  size_t i = 0 ;
  (void)state ;
  assert_int_equal(imageref_parse("evil/mods", 0, &ref, &why), 0) ;
  assert_int_equal(banned_has(&list, &ref), 0) ;
  /* without a NUL at its end, which reading beyond it would find */
  assert_true(stralloc_copyb(&list, text, sizeof text - 1)) ;
  for (; i < sizeof cases / sizeof cases[0] ; i++)
  {
    assert_int_equal(imageref_parse(cases[i].reference, 0, &ref, &why), 0) ;
    assert_int_equal(banned_has(&list, &ref), cases[i].banned) ;
  }
  stralloc_free(&list) ;
}

static void the_image_has_a_list_or_none (void **state)
{
  int root = *(int *)*state ;
  stralloc list = STRALLOC_ZERO ;
  assert_int_equal(banned_load(root, &list), 0) ;
  assert_int_equal(list.len, 0) ;
  assert_int_equal(mkdirat(root, "etc", 0755), 0) ;
  assert_int_equal(mkdirat(root, "etc/stillroot", 0755), 0) ;
  puts_in(root, "etc/stillroot/banned-mods", "one\n") ;
  assert_int_equal(banned_load(root, &list), 0) ;
  assert_int_equal(list.len, 4) ;
  assert_int_equal(unlinkat(root, "etc/stillroot/banned-mods", 0), 0) ;
  assert_int_equal(mkdirat(root, "etc/stillroot/banned-mods", 0755), 0) ;
  assert_int_equal(banned_load(root, &list), -1) ;
  stralloc_free(&list) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(names_are_split_once_each),
    cmocka_unit_test(files_are_readable_and_safe),
    cmocka_unit_test(long_names_have_files_of_their_own),
    cmocka_unit_test(owners_are_found),
    SCRATCH(the_image_has_a_list_or_none)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
