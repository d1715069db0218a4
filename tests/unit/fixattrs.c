/* ISC license. */

/* fixattrs, rootpath, treeattrs: what a line means, what its path leads to, and what is changed there. */

#include "unit.h"
#include "fixattrs.h"
#include "rootpath.h"
#include "treeattrs.h"

#define ABC 911

static int parse (char const *s, struct fixattrs *f)
{
  static char line[256] ;
  char const *why = 0 ;
  int r ;
  strcpy(line, s) ;
  r = fixattrs_parse(line, f, &why) ;
  assert_true(r != -1 || why) ;
  return r ;
}

static void lines_are_read_as_s6_overlay_does (void **state)
{
  struct fixattrs f ;
  (void)state ;
  assert_int_equal(parse("  /data/* \t true abc 0644  2755\r", &f), 1) ;
  assert_string_equal(f.pattern, "/data/*") ;
  assert_true(f.recurse) ;
  assert_string_equal(f.user, "abc") ;
  assert_null(f.group) ;
  assert_false(f.has_fallback) ;
  assert_int_equal(f.fmode, 0644) ;
  assert_int_equal(f.dmode, 02755) ;
  assert_int_equal(parse("/f false a:b,12:34 0 7777 more words", &f), 1) ;
  assert_false(f.recurse) ;
  assert_string_equal(f.user, "a") ;
  assert_string_equal(f.group, "b") ;
  assert_true(f.has_fallback) ;
  assert_int_equal(f.uid, 12) ;
  assert_int_equal(f.gid, 34) ;
}

static void empty_lines_and_comments_are_skipped (void **state)
{
  struct fixattrs f ;
  (void)state ;
  assert_int_equal(parse("", &f), 0) ;
  assert_int_equal(parse(" \t\r", &f), 0) ;
  assert_int_equal(parse(" # /data true abc 0644 0755", &f), 0) ;
}

static void wrong_lines_are_told_from_others (void **state)
{
  static char const *const lines[] =
  {
    "#/data true abc 0644 0755", "/data true abc 0644", "data true abc 0644 0755", "/data true abc 0648 0755", "/data true abc 0644 10000",
    "/data true abc 0644 -1", "/data true abc: 0644 0755", "/data true :abc 0644 0755", "/data true ,1:1 0644 0755",
    "/data true abc,1 0644 0755", "/data true abc,1:x 0644 0755", "/data true abc,4294967295:1 0644 0755"
  } ;
  struct fixattrs f ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof lines / sizeof lines[0] ; i++) assert_int_equal(parse(lines[i], &f), -1) ;
}

static int note (int dirfd, char const *name, char const *path, void *data)
{
  char *found = data ;
  assert_int_equal(faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW), 0) ;
  strcat(strcat(found, path), " ") ;
  return 0 ;
}

static void assert_matches (int root, char const *pattern, char const *wanted)
{
  char found[256] = "" ;
  assert_int_equal(rootpath_glob(root, pattern, &note, found), 0) ;
  assert_string_equal(found, wanted) ;
}

static void patterns_match_below_the_root (void **state)
{
  int dir = *(int *)*state ;
  mkdirat(dir, "a", 0755) ;
  mkdirat(dir, "a/b", 0755) ;
  mkdirat(dir, "a/c", 0755) ;
  puts_in(dir, "a/b/f", "") ;
  puts_in(dir, "a/c/f", "") ;
  puts_in(dir, "a/.hidden", "") ;
  puts_in(dir, "a/x*y", "") ;
  assert_matches(dir, "/a/*", "/a/b /a/c /a/x*y ") ;
  assert_matches(dir, "//a/?//f", "/a/b/f /a/c/f ") ;
  assert_matches(dir, "/a/b/", "/a/b ") ;
  assert_matches(dir, "/a/.h*", "/a/.hidden ") ;
  assert_matches(dir, "/a/x\\*y", "/a/x*y ") ;
  assert_matches(dir, "/a/./c/../b/f", "/a/b/f ") ;
  assert_matches(dir, "/", "/ ") ;
  assert_matches(dir, "/../../../a/b", "/a/b ") ;
  assert_matches(dir, "/none/*", "") ;
  assert_matches(dir, "/a/b/f/g", "") ;
}

static void only_roots_links_count_and_stay_in_the_root (void **state)
{
  int dir = *(int *)*state ;
  char found[64] = "" ;
  mkdirat(dir, "real*", 0755) ;
  puts_in(dir, "real*/f", "") ;
  puts_in(dir, "realx", "") ;
  assert_int_equal(symlinkat("/real*", dir, "absolute"), 0) ;
  assert_int_equal(symlinkat("../../real*", dir, "relative"), 0) ;
  assert_int_equal(symlinkat("loop", dir, "loop"), 0) ;
  assert_matches(dir, "/absolute", "/real* ") ;
  assert_matches(dir, "/absolute/f", "/real*/f ") ;
  assert_matches(dir, "/relative/f", "/real*/f ") ;
  assert_int_equal(rootpath_glob(dir, "/loop", &note, found), -1) ;
  assert_int_equal(errno, ELOOP) ;
  mkdirat(dir, "abc", 0755) ;
  assert_int_equal(symlinkat("/real*", dir, "abc/link"), 0) ;
  assert_matches(dir, "/abc/link/f", "/real*/f ") ;
  fchownat(dir, "abc", ABC, 0, 0) ;
  assert_int_equal(rootpath_glob(dir, "/abc/link/f", &note, found), -1) ;
  assert_int_equal(errno, ELOOP) ;
  /* the link itself */
  assert_matches(dir, "/abc/link", "/abc/link ") ;
}

static void assert_is (int dir, char const *name, uid_t uid, mode_t mode)
{
  struct stat st ;
  assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_uid, uid) ;
  assert_int_equal(st.st_gid, uid) ;
  if (!S_ISLNK(st.st_mode)) assert_int_equal(st.st_mode & 07777, mode) ;
}

static struct treeattrs const wanted = { .uid = ABC, .gid = ABC, .fmode = 04640, .dmode = 0750, .recurse = 1 } ;

static void tree_gets_its_attributes_and_nothing_beyond (void **state)
{
  int dir = *(int *)*state ;
  struct treeattrs_result r = { .failed = { .n = 0 } } ;
  mkdirat(dir, "t", 0755) ;
  mkdirat(dir, "t/d", 0755) ;
  mkdirat(dir, "outside", 0755) ;
  puts_in(dir, "outside/f", "") ;
  puts_in(dir, "t/d/f", "") ;
  puts_in(dir, "t/.hidden", "") ;
  assert_int_equal(mkfifoat(dir, "t/fifo", 0600), 0) ;
  assert_int_equal(symlinkat("../outside", dir, "t/link"), 0) ;
  treeattrs_apply(dir, "t", "/t", &wanted, &r) ;
  assert_int_equal(r.failed.n + r.readonly.n + r.linked.n, 0) ;
  assert_is(dir, "t", ABC, 0750) ;
  assert_is(dir, "t/d", ABC, 0750) ;
  assert_is(dir, "t/d/f", ABC, 04640) ;
  assert_is(dir, "t/fifo", ABC, 04640) ;
  assert_is(dir, "t/link", ABC, 0) ;
  assert_is(dir, "t/.hidden", 0, 0644) ;
  assert_is(dir, "outside", 0, 0755) ;
  assert_is(dir, "outside/f", 0, 0644) ;
}

static void without_recursion_only_the_top_changes (void **state)
{
  int dir = *(int *)*state ;
  struct treeattrs top = wanted ;
  struct treeattrs_result r = { .failed = { .n = 0 } } ;
  mkdirat(dir, "t", 0755) ;
  puts_in(dir, "t/f", "") ;
  top.recurse = 0 ;
  treeattrs_apply(dir, "t", "/t", &top, &r) ;
  assert_is(dir, "t", ABC, 0750) ;
  assert_is(dir, "t/f", 0, 0644) ;
}

static void hidden_names_count_when_wanted (void **state)
{
  int dir = *(int *)*state ;
  struct treeattrs all = wanted ;
  struct treeattrs_result r = { .failed = { .n = 0 } } ;
  mkdirat(dir, "t", 0755) ;
  mkdirat(dir, "t/.d", 0755) ;
  puts_in(dir, "t/.d/f", "") ;
  all.hidden = 1 ;
  treeattrs_apply(dir, "t", "/t", &all, &r) ;
  assert_is(dir, "t/.d/f", ABC, 04640) ;
}

static void hard_links_are_left_alone (void **state)
{
  int dir = *(int *)*state ;
  struct treeattrs_result r = { .failed = { .n = 0 } } ;
  mkdirat(dir, "t", 0755) ;
  puts_in(dir, "shadow", "") ;
  assert_int_equal(linkat(dir, "shadow", dir, "t/mine", 0), 0) ;
  treeattrs_apply(dir, "t", "/t", &wanted, &r) ;
  assert_int_equal(r.linked.n, 1) ;
  assert_string_equal(r.linked.path, "/t/mine") ;
  assert_is(dir, "shadow", 0, 0644) ;
  /* by itself too, where others can write */
  treeattrs_apply(openat(dir, "t", O_PATH), "mine", "/t/mine", &wanted, &r) ;
  assert_int_equal(r.linked.n, 2) ;
  assert_is(dir, "shadow", 0, 0644) ;
  /* where root alone can, root has made the link */
  treeattrs_apply(dir, "shadow", "/shadow", &wanted, &r) ;
  assert_is(dir, "shadow", ABC, 04640) ;
  treeattrs_apply(dir, "t", "/t", &wanted, &r) ;
  assert_int_equal(r.linked.n, 2) ;
}

static void what_is_right_is_not_written (void **state)
{
  int dir = *(int *)*state ;
  struct treeattrs_result r = { .failed = { .n = 0 } } ;
  struct stat before, after ;
  struct treeattrs right = wanted ;
  right.fmode = 0640 ;
  mkdirat(dir, "t", 0755) ;
  puts_in(dir, "t/f", "") ;
  treeattrs_apply(dir, "t", "/t", &right, &r) ;
  assert_int_equal(fstatat(dir, "t/f", &before, 0), 0) ;
  usleep(20000) ;   /* the clock of the file system */
  treeattrs_apply(dir, "t", "/t", &right, &r) ;
  assert_int_equal(fstatat(dir, "t/f", &after, 0), 0) ;
  assert_memory_equal(&before.st_ctim, &after.st_ctim, sizeof before.st_ctim) ;
}

static void depth_is_bounded (void **state)
{
  int dir = *(int *)*state ;
  struct treeattrs_result r = { .failed = { .n = 0 } } ;
  int tops[4], top = dir, i = 0 ;
  /* removed from the inside out: the removal is bounded too */
  for (; i < 160 ; i++)
  {
    int next ;
    assert_int_equal(mkdirat(top, "d", 0755), 0) ;
    next = openat(top, "d", O_RDONLY | O_DIRECTORY) ;
    if (i % 40 == 0) tops[i / 40] = top ;
    else close(top) ;
    top = next ;
  }
  close(top) ;
  treeattrs_apply(dir, "d", "/d", &wanted, &r) ;
  assert_int_equal(r.failed.n, 1) ;
  assert_int_equal(r.failed.e, ELOOP) ;
  for (i = 3 ; i >= 0 ; i--) assert_int_equal(fstree_remove(tops[i], "d"), 0) ;
  for (i = 3 ; i > 0 ; i--) close(tops[i]) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(lines_are_read_as_s6_overlay_does),
    cmocka_unit_test(empty_lines_and_comments_are_skipped),
    cmocka_unit_test(wrong_lines_are_told_from_others),
    SCRATCH(patterns_match_below_the_root),
    SCRATCH(only_roots_links_count_and_stay_in_the_root),
    SCRATCH(tree_gets_its_attributes_and_nothing_beyond),
    SCRATCH(without_recursion_only_the_top_changes),
    SCRATCH(hidden_names_count_when_wanted),
    SCRATCH(hard_links_are_left_alone),
    SCRATCH(what_is_right_is_not_written),
    SCRATCH(depth_is_bounded)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
