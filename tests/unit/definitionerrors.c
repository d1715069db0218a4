/* ISC license. */

#include <stdio.h>

#include "definitions.h"

#define FILES 9

/* Definitions that are wrong: files (path, content), relative to a directory with the sources s and t, and all that is said of them. */
static struct { char const *files[FILES][2] ; char const *complaints ; } const wrong[] =
{
  { { { "s/a/type", "oneshot\r\n" } }, "s/a/type: has CRLF line ends; save it with LF line ends\n" },
  { { { "s/a/type", "" } }, "s/a/type: is none of oneshot, longrun, bundle\n" },
  { { { "s/a/type", "oneshot\n\n" } }, "s/a/type: is none of oneshot, longrun, bundle\n" },
  { { { "s/a/type", "oneshot junk and so on, without an end" } }, "s/a/type: is too long\n" },
  { { { "s/a/type/x", "" } }, "s/a/type: is not a regular file\n" },
  /* what cannot be told is not complained of again where it is mentioned */
  { { { "s/a/type", "x" }, { "s/b/type", "oneshot" }, { "s/b/up", "" }, { "s/b/dependencies.d/a", "" } },
    "s/a/type: is none of oneshot, longrun, bundle\n" },
  { { { "s/a/dependencies.d/b", "" } }, "s/a: has no type, and no other source has a definition of this name\n" },
  { { { "s/a/type", "oneshot" }, { "s/a/up", "" }, { "t/a/type", "longrun" }, { "t/a/run", "" } }, "t/a: is defined in s already\n" },
  { { { "s/a/type", "bundle" }, { "s/a/contents", "" }, { "t/a/type", "longrun" }, { "t/a/run", "" } }, "t/a: is defined in s already\n" },
  { { { "s/a/type", "longrun" }, { "s/a/run", "" }, { "t/a/type", "bundle" }, { "t/a/contents", "" } }, "t/a: is defined in s already\n" },
  { { { "s/a/type", "bundle" }, { "t/a/type", "bundle" } }, "s/a: is a bundle without contents or contents.d\n" },
  { { { "s/a/type", "bundle" }, { "s/a/contents", "" }, { "t/a/type", "bundle" }, { "t/a/contents", "x" } },
    "t/a: its contents name x, which is not defined\n" },
  { { { "s/a/type", "oneshot" }, { "s/a/run", "" } }, "s/a/up: is missing; a oneshot needs it, if only an empty one\n" },
  { { { "s/a/type", "oneshot" }, { "s/a/up/x", "" } }, "s/a/up: is not a regular file\n" },
  { { { "s/a/type", "oneshot" }, { "s/a/up", "if { true\n} \"x" }, { "s/a/down", "if { true\n" } },
    "s/a/up: is no valid execline: a quoted string, a block or a backslash has no end, or a character's number is not from 1 to 255\n"
    "s/a/down: is no valid execline: a '{' has no '}'\n" },
  { { { "s/a/type", "oneshot" }, { "s/a/up", "true }" } }, "s/a/up: is no valid execline: a '}' has no '{'\n" },
  { { { "s/a/type", "longrun" }, { "s/a/up", "" } }, "s/a/run: is missing; a longrun needs it\n" },
  { { { "s/a/type", "longrun" }, { "s/a/run/x", "" } }, "s/a/run: is not a regular file\n" },
  { { { "s/a/type", "bundle" } }, "s/a: is a bundle without contents or contents.d\n" },
  { { { "s/a/type", "bundle" }, { "s/a/contents.d", "" } }, "s/a/contents.d: Not a directory\n" },
  { { { "s/a/type", "longrun" }, { "s/a/run", "" }, { "s/a/notification-fd", "2" }, { "s/a/timeout-kill", "1s" }, { "s/a/max-death-tally", "4097" },
      { "s/a/timeout-up", "-1" }, { "s/a/timeout-down", "99999999999" }, { "s/a/down-signal", "SIGX" }, { "s/a/lock-fd", "" } },
    "s/a/timeout-up: is not a number from 0 to 4294967295\n"
    "s/a/timeout-down: is not a number from 0 to 4294967295\n"
    "s/a/notification-fd: is not a number from 3 to 2147483647\n"
    "s/a/lock-fd: is not a number from 3 to 2147483647\n"
    "s/a/timeout-kill: is not a number from 0 to 4294967295\n"
    "s/a/max-death-tally: is not a number from 0 to 4096\n"
    "s/a/down-signal: is neither the name nor the number of a signal\n" },
  { { { "s/a/type", "oneshot" }, { "s/a/up", "" }, { "s/a/dependencies.d/b", "" }, { "t/a/dependencies.d/c", "" }, { "t/a/dependencies.d/b", "" } },
    "s/a: its dependencies name b, which is not defined\nt/a: its dependencies name c, which is not defined\n" },
  { { { "s/a/type", "bundle" }, { "s/a/contents", "a/b\ns6rc-x\nc" } },
    "s/a/contents: the name a/b contains a '/'\n"
    "s/a/contents: the name s6rc-x begins as the names do that s6-rc keeps for itself\n"
    "s/a: its contents name c, which is not defined\n" },
  { { { "s/a/type", "oneshot" }, { "s/a/up", "" }, { "s/a/dependencies", "a\r\n" } },
    "s/a/dependencies: has CRLF line ends; save it with LF line ends\n" },
  { { { "s/s6-rc-a/type", "oneshot" } }, "s: the name s6-rc-a begins as the names do that s6-rc keeps for itself\n" },
  { { { "s/a\nb/type", "oneshot" } }, "s: the name a?b contains a newline\n" },
  /* cycles: of one, through a bundle, of a bundle with itself, two that do not touch */
  { { { "s/a/type", "oneshot" }, { "s/a/up", "" }, { "s/a/dependencies.d/a", "" } }, "a cycle of dependencies: a -> a\n" },
  { { { "s/a/type", "oneshot" }, { "s/a/up", "" }, { "s/a/dependencies.d/b", "" }, { "s/b/type", "bundle" }, { "s/b/contents", "c" },
      { "s/c/type", "longrun" }, { "s/c/run", "" }, { "s/c/dependencies.d/a", "" } }, "a cycle of dependencies: a -> b -> c -> a\n" },
  { { { "s/a/type", "bundle" }, { "s/a/contents.d/b", "" }, { "s/b/type", "bundle" }, { "s/b/contents.d/c", "" }, { "s/c/type", "bundle" },
      { "s/c/contents.d/b", "" }, { "s/d/type", "bundle" }, { "s/d/contents.d/d", "" } },
    "a cycle of dependencies: b -> c -> b\na cycle of dependencies: d -> d\n" },
  /* pipelines */
  { { { "s/a/type", "longrun" }, { "s/a/run", "" }, { "s/a/producer-for", "b" }, { "s/b/type", "longrun" }, { "s/b/run", "" } },
    "s/a: its producer-for names b, which does not name it in its consumer-for\n" },
  { { { "s/a/type", "longrun" }, { "s/a/run", "" }, { "s/a/consumer-for", "b\nc" }, { "s/b/type", "longrun" }, { "s/b/run", "" } },
    "s/a: its consumer-for names b, which does not name it in its producer-for\ns/a: its consumer-for names c, which is not defined\n" },
  { { { "s/a/type", "longrun" }, { "s/a/run", "" }, { "s/a/producer-for", "b" }, { "s/b/type", "oneshot" }, { "s/b/up", "" } },
    "s/a: its producer-for names b, which is no longrun\n" },
  { { { "s/a/type", "longrun" }, { "s/a/run", "" }, { "s/a/producer-for", "# none" } }, "s/a/producer-for: does not have exactly one name\n" },
  { { { "s/a/type", "longrun" }, { "s/a/run", "" }, { "s/a/producer-for", "b" }, { "s/a/consumer-for", "b" },
      { "s/b/type", "longrun" }, { "s/b/run", "" }, { "s/b/producer-for", "a" }, { "s/b/consumer-for", "a" } },
    "a pipeline ends where it begins: a -> b -> a\n" },
  { { { "s/a/type", "longrun" }, { "s/a/run", "" }, { "s/a/producer-for", "b" }, { "s/b/pipeline-name", "a" },
      { "s/b/type", "longrun" }, { "s/b/run", "" }, { "s/b/consumer-for", "a" } },
    "s/b: its pipeline-name names a, which something else is called\n" }
} ;

static size_t count_lines (char const *s)
{
  size_t n = 0 ;
  for (; *s ; s++) n += *s == '\n' ;
  return n ;
}

static void each_mistake_is_told (void **state)
{
  int top = *(int *)*state ;
  size_t i = 0 ;
  for (; i < sizeof wrong / sizeof wrong[0] ; i++)
  {
    char name[32] ;
    struct loaded l ;
    size_t j = 0 ;
    int dir ;
    snprintf(name, sizeof name, "%zu", i) ;
    assert_int_equal(mkdirat(top, name, 0755), 0) ;
    dir = openat(top, name, O_RDONLY | O_DIRECTORY) ;
    assert_true(dir >= 0) ;
    for (; j < FILES && wrong[i].files[j][0] ; j++) file(dir, wrong[i].files[j][0], wrong[i].files[j][1]) ;
    l = load(dir, 0, 0) ;
    assert_string_equal(l.complaints.lines.s, wrong[i].complaints) ;
    assert_int_equal(l.complaints.n, count_lines(wrong[i].complaints)) ;
    unload(&l) ;
    close(dir) ;
  }
}

static void all_mistakes_are_told_at_once (void **state)
{
  int dir = *(int *)*state ;
  struct loaded l ;
  file(dir, "s/a/type", "junk") ;
  file(dir, "s/b/type", "oneshot") ;
  file(dir, "s/c/type", "oneshot") ;
  file(dir, "s/c/up", "") ;
  file(dir, "s/c/dependencies.d/c", "") ;
  file(dir, "s/c/dependencies.d/x", "") ;
  file(dir, "t/d/dependencies.d/c", "") ;
  l = load(dir, 0, 0) ;
  assert_int_equal(l.complaints.n, 5) ;
  assert_string_equal(l.complaints.lines.s,
    "s/a/type: is none of oneshot, longrun, bundle\n"
    "s/b/up: is missing; a oneshot needs it, if only an empty one\n"
    "t/d: has no type, and no other source has a definition of this name\n"
    "s/c: its dependencies name x, which is not defined\n"
    "a cycle of dependencies: c -> c\n") ;
  unload(&l) ;
}

static void hostile_files_cost_little (void **state)
{
  static char const zeros[70000] ;
  int dir = *(int *)*state ;
  struct loaded l ;
  file(dir, "s/a/up", "") ;
  assert_int_equal(mkfifoat(dir, "s/a/type", 0644), 0) ;
  file(dir, "s/b/up", "") ;
  assert_int_equal(symlinkat("/dev/zero", dir, "s/b/type"), 0) ;
  file(dir, "s/c/type", "oneshot") ;
  put(dir, "s/c/up", zeros, sizeof zeros, 0644) ;
  put(dir, "s/c/down", "a\0b", 3, 0644) ;
  assert_int_equal(symlinkat("d", dir, "s/d"), 0) ;
  l = load(dir, 0, 0) ;
  assert_string_equal(l.complaints.lines.s,
    "s/a/type: is not a regular file\n"
    "s/b/type: is not a regular file\n"
    "s/c/up: is too long\n"
    "s/c/down: has a NUL in it\n"
    "s/d: Too many levels of symbolic links\n") ;
  unload(&l) ;
}

static void a_list_has_a_bound (void **state)
{
  static char names[2 * (NAMELIST_MAX + 1) + 1] ;
  int dir = *(int *)*state ;
  struct loaded l ;
  size_t i = 0 ;
  for (; i < NAMELIST_MAX + 1 ; i++) memcpy(names + 2 * i, "b\n", 2) ;
  file(dir, "s/a/type", "bundle") ;
  file(dir, "s/a/contents", names) ;
  file(dir, "s/b/type", "bundle") ;
  file(dir, "s/b/contents", "") ;
  l = load(dir, 0, 0) ;
  assert_string_equal(l.complaints.lines.s, "s/a/contents: has too many names\n") ;
  unload(&l) ;
}

static void builtins_are_checked_too (void **state)
{
  static char const *const names[] = { "a", "x", 0 } ;
  static struct definition_builtin const builtins[] = { { "base", DEFINITION_BUILTIN, names }, { "broken", DEFINITION_BUNDLE, names } } ;
  int dir = *(int *)*state ;
  struct loaded l ;
  file(dir, "s/a/type", "oneshot") ;
  file(dir, "s/a/up", "") ;
  file(dir, "s/a/dependencies.d/base", "") ;
  file(dir, "s/broken/type", "bundle\r\n") ;
  l = load(dir, builtins, 2) ;
  assert_string_equal(l.complaints.lines.s,
    "s/broken/type: has CRLF line ends; save it with LF line ends\n"
    "built-in/base: its dependencies name x, which is not defined\n"
    "a cycle of dependencies: a -> base -> a\n") ;
  unload(&l) ;
}

/* Each of a thousand depends on the next, and on the first: a thousand cycles, but one knot. */
static void a_knot_is_told_once (void **state)
{
  int dir = *(int *)*state ;
  char path[64], content[64] ;
  unsigned int i = 0 ;
  struct loaded l ;
  for (; i < 1000 ; i++)
  {
    snprintf(path, sizeof path, "s/n%03u/type", i) ;
    file(dir, path, "bundle") ;
    snprintf(path, sizeof path, "s/n%03u/contents", i) ;
    snprintf(content, sizeof content, "n%03u\nn000\n", (i + 1) % 1000) ;
    file(dir, path, content) ;
  }
  l = load(dir, 0, 0) ;
  assert_int_equal(l.complaints.n, 1) ;
  assert_true(strlen(l.complaints.lines.s) <= 8 * 1001 + 32) ;
  unload(&l) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(each_mistake_is_told),
    SCRATCH(all_mistakes_are_told_at_once),
    SCRATCH(hostile_files_cost_little),
    SCRATCH(a_list_has_a_bound),
    SCRATCH(builtins_are_checked_too),
    SCRATCH(a_knot_is_told_once)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
