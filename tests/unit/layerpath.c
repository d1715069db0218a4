/* ISC license. */

#include <limits.h>

#include "layerpath.h"
#include "unit.h"

static void assert_clean (char const *path, char const *wanted)
{
  char ret[LAYERPATH_MAX + 1] ;
  char const *why = "untouched" ;
  assert_int_equal(layerpath_clean(path, ret, &why), 0) ;
  assert_string_equal(ret, wanted) ;
  assert_string_equal(why, "untouched") ;
}

static void assert_refused (char const *path, char const *wanted)
{
  char ret[LAYERPATH_MAX + 1] = "untouched" ;
  char const *why ;
  assert_int_equal(layerpath_clean(path, ret, &why), -1) ;
  assert_string_equal(why, wanted) ;
  assert_string_equal(ret, "untouched") ;
}

static void paths_are_made_plain (void **state)
{
  (void)state ;
  assert_clean("", "") ;
  assert_clean(".", "") ;
  assert_clean("./", "") ;
  assert_clean(".//./.", "") ;
  assert_clean("./etc//./x/", "etc/x") ;
  assert_clean("...", "...") ;
  assert_clean("..a/b..", "..a/b..") ;
  assert_clean("a b\\c\"%s", "a b\\c\"%s") ;
  assert_clean("\xc3\xa9/\xe2\x82\xac/\xf0\x9f\x90\xa7", "\xc3\xa9/\xe2\x82\xac/\xf0\x9f\x90\xa7") ;
  assert_clean("a.wh.b/.whx/.wh", "a.wh.b/.whx/.wh") ;
}

static void what_is_hostile_is_refused (void **state)
{
  (void)state ;
  assert_refused("/", "it is absolute") ;
  assert_refused("//etc/passwd", "it is absolute") ;
  assert_refused("..", "it leads out of the root") ;
  assert_refused("./../x", "it leads out of the root") ;
  assert_refused("a/b/../c", "it leads out of the root") ;
  assert_refused("a/..", "it leads out of the root") ;
  assert_refused("a/../", "it leads out of the root") ;
  assert_refused("etc/\xff", "its name is no UTF-8") ;
  assert_refused("\xc0\xaf", "its name is no UTF-8") ;
  assert_refused("\xc3", "its name is no UTF-8") ;
  assert_refused("\xed\xa0\x80", "its name is no UTF-8") ;
  assert_refused("a\nb", "its name has control characters") ;
  assert_refused("a\033[2J", "its name has control characters") ;
  assert_refused("a\x7f", "its name has control characters") ;
  assert_refused("a\xc2\x9b" "2J", "its name has control characters") ;
  assert_refused(".wh.x", "it is a whiteout") ;
  assert_refused("etc/.wh..wh..opq", "it is a whiteout") ;
  assert_refused(".wh..wh.plnk/1.2", "it is a whiteout") ;
}

static void lengths_are_bounded (void **state)
{
  char path[6001] ;
  char ret[LAYERPATH_MAX + 1] ;
  char const *why ;
  size_t i = 0 ;
  (void)state ;
  for (; i < 5000 ; i++) path[i] = i % 2 ? '/' : 'a' ;
  path[5000] = 0 ;
  assert_refused(path, "it is too long") ;
  path[LAYERPATH_MAX + 1] = 0 ;
  /* the slash at the end does not count */
  assert_int_equal(layerpath_clean(path, ret, &why), 0) ;
  assert_int_equal(strlen(ret), LAYERPATH_MAX) ;
  path[LAYERPATH_MAX] = 'b' ;
  assert_refused(path, "it is too long") ;
  /* what is left out does not count either */
  memset(path, '/', 6000) ;
  path[0] = 'a' ;
  path[5999] = 'b' ;
  path[6000] = 0 ;
  assert_clean(path, "a/b") ;
  memset(path, 'x', NAME_MAX) ;
  path[NAME_MAX - 14] = 0 ;
  assert_refused(path, "it is too long") ;
  path[NAME_MAX - 15] = 0 ;
  assert_clean(path, path) ;
}

static void links_that_lead_out_are_told (void **state)
{
  (void)state ;
  assert_true(layerpath_leads_out("x", "..")) ;
  assert_true(layerpath_leads_out("x", "../etc")) ;
  assert_true(layerpath_leads_out("a/x", "../../etc")) ;
  assert_true(layerpath_leads_out("a/x", "./b//../../../etc")) ;
  assert_true(layerpath_leads_out("a/b/x", "../../../")) ;
  assert_false(layerpath_leads_out("a/x", "..")) ;
  assert_false(layerpath_leads_out("a/x", "../etc")) ;
  assert_false(layerpath_leads_out("a/b/x", "../.././c/")) ;
  assert_false(layerpath_leads_out("x", "a/../b")) ;
  assert_false(layerpath_leads_out("x", "...")) ;
  assert_false(layerpath_leads_out("x", ".")) ;
  assert_false(layerpath_leads_out("x", "")) ;
  assert_false(layerpath_leads_out("x", "/etc/../../passwd")) ;
}

static void the_old_style_is_told (void **state)
{
  (void)state ;
  assert_true(layerpath_is_old_style("etc/cont-init.d")) ;
  assert_true(layerpath_is_old_style("etc/cont-init.d/98-x")) ;
  assert_true(layerpath_is_old_style("etc/services.d")) ;
  assert_true(layerpath_is_old_style("etc/services.d/x/run")) ;
  assert_false(layerpath_is_old_style("etc")) ;
  assert_false(layerpath_is_old_style("etc/services.d2")) ;
  assert_false(layerpath_is_old_style("etc/cont-init")) ;
  assert_false(layerpath_is_old_style("usr/etc/services.d")) ;
  assert_false(layerpath_is_old_style("")) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(paths_are_made_plain),
    cmocka_unit_test(what_is_hostile_is_refused),
    cmocka_unit_test(lengths_are_bounded),
    cmocka_unit_test(links_that_lead_out_are_told),
    cmocka_unit_test(the_old_style_is_told)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
