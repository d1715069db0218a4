/* ISC license. */

#include <signal.h>
#include <stdio.h>

#include "definitions.h"
#include "../definitionexpand.h"

static void in (int dir, char const *where, char const *name, char const *content)
{
  char path[512] ;
  snprintf(path, sizeof path, "%s/%s", where, name) ;
  file(dir, path, content) ;
}

static void oneshot (int dir, char const *where)
{
  in(dir, where, "type", "oneshot\n") ;
  in(dir, where, "up", "") ;
}

static void longrun (int dir, char const *where)
{
  in(dir, where, "type", "longrun") ;
  in(dir, where, "run", "#!/bin/sh\n") ;
}

static struct definition_node *node (struct loaded *l, char const *name)
{
  size_t i = definitionset_find(&l->set, name) ;
  assert_int_not_equal(i, DEFINITIONSET_NONE) ;
  return definitionset_node(&l->set, i) ;
}

/* names: of the edges in their order, each with a blank behind it. */
static void assert_edges (struct loaded *l, size_t first, size_t n, char const *names)
{
  char buf[256] = "" ;
  size_t i = first ;
  for (; i < first + n ; i++)
  {
    strcat(buf, definitionset_node(&l->set, definitionset_edge(&l->set, i))->name) ;
    strcat(buf, " ") ;
  }
  assert_string_equal(buf, names) ;
}

static void assert_needs (struct loaded *l, char const *name, char const *names)
{
  assert_edges(l, node(l, name)->first, node(l, name)->n, names) ;
}

static void assert_expands (struct loaded *l, char const *name, char const *names)
{
  struct loaded other = *l ;
  genalloc list = GENALLOC_ZERO ;
  assert_int_equal(expand(&l->set, definitionset_find(&l->set, name), &list), 0) ;
  other.set.edges = list ;
  assert_edges(&other, 0, genalloc_len(size_t, &list), names) ;
  genalloc_free(size_t, &list) ;
}

static void lists_are_directories_or_files (void **state)
{
  int dir = *(int *)*state ;
  struct loaded l ;
  oneshot(dir, "s/a") ;
  oneshot(dir, "s/b") ;
  oneshot(dir, "s/c") ;
  file(dir, "s/a/dependencies.d/c", "ignored") ;
  file(dir, "s/a/dependencies.d/b", "") ;
  file(dir, "s/a/dependencies.d/.hidden", "") ;
  file(dir, "s/a/dependencies", "unknown\n") ;
  file(dir, "s/b/dependencies", "# comment\n\n \tc\nc") ;
  file(dir, "s/b/dependencies.d.bak", "") ;
  file(dir, "s/plain", "no directory") ;
  file(dir, "s/.git/type", "junk") ;
  file(dir, "s/all/type", "bundle\n") ;
  file(dir, "s/all/contents", "b\na\n") ;
  file(dir, "s/none/type", "bundle") ;
  file(dir, "s/none/contents.d/", 0) ;
  file(dir, "s/none/dependencies.d/ignored-by-s6-rc", "") ;
  l = load(dir, 0, 0) ;
  assert_string_equal(l.complaints.lines.s, "") ;
  assert_int_equal(l.complaints.n, 0) ;
  assert_needs(&l, "a", "b c ") ;
  assert_needs(&l, "b", "c ") ;
  assert_needs(&l, "c", "") ;
  assert_needs(&l, "all", "b a ") ;
  assert_needs(&l, "none", "") ;
  assert_int_equal(node(&l, "a")->kind, DEFINITION_ONESHOT) ;
  assert_int_equal(definitionset_find(&l.set, "plain"), DEFINITIONSET_NONE) ;
  unload(&l) ;
}

static void bundles_expand (void **state)
{
  int dir = *(int *)*state ;
  struct loaded l ;
  oneshot(dir, "s/a") ;
  oneshot(dir, "s/b") ;
  longrun(dir, "s/c") ;
  file(dir, "s/c/dependencies", "both\na\nempty\n") ;
  file(dir, "s/one/type", "bundle") ;
  file(dir, "s/one/contents", "a\n") ;
  file(dir, "s/both/type", "bundle") ;
  file(dir, "s/both/contents", "one\nb\n") ;
  file(dir, "s/both/flag-essential", "") ;
  file(dir, "s/empty/type", "bundle") ;
  file(dir, "s/empty/contents", "") ;
  l = load(dir, 0, 0) ;
  assert_string_equal(l.complaints.lines.s, "") ;
  assert_needs(&l, "c", "both a empty ") ;
  assert_expands(&l, "c", "a b ") ;
  assert_expands(&l, "both", "b a ") ;
  assert_expands(&l, "a", "") ;
  /* all that is in an essential bundle is essential */
  assert_true(node(&l, "a")->settings.essential && node(&l, "b")->settings.essential && node(&l, "one")->settings.essential) ;
  assert_false(node(&l, "c")->settings.essential) ;
  unload(&l) ;
}

static void sources_and_builtins_are_merged (void **state)
{
  static char const *const after_base[] = { "base", 0 } ;
  static struct definition_builtin const builtins[] =
  {
    { "base", DEFINITION_BUILTIN, 0 },
    { "user", DEFINITION_BUNDLE, 0 },
    { "legacy-services", DEFINITION_BUILTIN, after_base },
    { "cron", DEFINITION_BUILTIN, after_base }
  } ;
  int dir = *(int *)*state ;
  struct loaded l ;
  oneshot(dir, "s/a") ;
  oneshot(dir, "t/b") ;
  longrun(dir, "t/cron") ;
  file(dir, "s/b/dependencies.d/a", "") ;
  file(dir, "s/user/contents.d/b", "") ;
  file(dir, "t/user/contents.d/a", "") ;
  file(dir, "t/a/dependencies.d/base", "") ;
  file(dir, "t/legacy-services/dependencies.d/b", "") ;
  l = load(dir, builtins, 4) ;
  assert_string_equal(l.complaints.lines.s, "") ;
  assert_needs(&l, "a", "base ") ;
  assert_needs(&l, "b", "a ") ;
  assert_needs(&l, "user", "b a ") ;
  assert_needs(&l, "legacy-services", "b base ") ;
  assert_int_equal(node(&l, "a")->source, 0) ;
  assert_int_equal(node(&l, "b")->source, 1) ;
  assert_int_equal(node(&l, "base")->source, DEFINITIONSET_NONE) ;
  assert_needs(&l, "cron", "") ;
  assert_int_equal(node(&l, "cron")->kind, DEFINITION_LONGRUN) ;
  assert_true(node(&l, "cron")->overrides) ;
  assert_false(node(&l, "base")->overrides) ;
  errno = 0 ;
  assert_int_equal(definitionset_select(&l.set, "user2"), -1) ;
  assert_int_equal(errno, ENOENT) ;
  assert_int_equal(definitionset_select(&l.set, "user"), 0) ;
  assert_true(node(&l, "user")->selected && node(&l, "a")->selected && node(&l, "b")->selected && node(&l, "base")->selected) ;
  assert_false(node(&l, "cron")->selected || node(&l, "legacy-services")->selected) ;
  assert_int_equal(definitionset_select(&l.set, "legacy-services"), 0) ;
  assert_true(node(&l, "legacy-services")->selected) ;
  unload(&l) ;
}

static void a_bundle_may_have_two_sources (void **state)
{
  int dir = *(int *)*state ;
  struct loaded l ;
  oneshot(dir, "s/a") ;
  oneshot(dir, "t/b") ;
  oneshot(dir, "t/c") ;
  file(dir, "s/user/type", "bundle") ;
  file(dir, "s/user/contents.d/a", "") ;
  file(dir, "t/user/type", "bundle\n") ;
  file(dir, "t/user/contents", "b\na\n") ;
  file(dir, "t/user/flag-essential", "") ;
  /* one of them may leave its contents to the other */
  file(dir, "s/user2/type", "bundle") ;
  file(dir, "t/user2/type", "bundle") ;
  file(dir, "t/user2/contents.d/c", "") ;
  l = load(dir, 0, 0) ;
  assert_string_equal(l.complaints.lines.s, "") ;
  assert_needs(&l, "user", "a b ") ;
  assert_needs(&l, "user2", "c ") ;
  assert_int_equal(node(&l, "user")->source, 0) ;
  assert_true(node(&l, "user")->settings.essential && node(&l, "a")->settings.essential) ;
  assert_false(node(&l, "user2")->settings.essential) ;
  unload(&l) ;
}

static int reaches (struct loaded *l, char const *from, char const *to)
{
  return definitionset_reaches(&l->set, definitionset_find(&l->set, from), definitionset_find(&l->set, to)) ;
}

static void what_is_needed_is_reached (void **state)
{
  static struct definition_builtin const builtins[] = { { "base", DEFINITION_BUILTIN, 0 } } ;
  int dir = *(int *)*state ;
  struct loaded l ;
  oneshot(dir, "s/a") ;
  oneshot(dir, "s/b") ;
  longrun(dir, "s/c") ;
  oneshot(dir, "s/other") ;
  file(dir, "s/a/dependencies.d/base", "") ;
  file(dir, "s/b/dependencies.d/base", "") ;
  file(dir, "s/user/type", "bundle") ;
  file(dir, "s/user/contents", "b\na\n") ;
  file(dir, "s/c/dependencies", "b\nuser\n") ;
  l = load(dir, builtins, 1) ;
  assert_string_equal(l.complaints.lines.s, "") ;
  assert_int_equal(reaches(&l, "a", "base"), 1) ;
  assert_int_equal(reaches(&l, "c", "user"), 1) ;
  assert_int_equal(reaches(&l, "c", "a"), 1) ;
  assert_int_equal(reaches(&l, "c", "base"), 1) ;
  assert_int_equal(reaches(&l, "user", "base"), 1) ;
  assert_int_equal(reaches(&l, "base", "a"), 0) ;
  assert_int_equal(reaches(&l, "a", "b"), 0) ;
  assert_int_equal(reaches(&l, "a", "user"), 0) ;
  assert_int_equal(reaches(&l, "a", "a"), 0) ;
  assert_int_equal(reaches(&l, "other", "base"), 0) ;
  unload(&l) ;
  /* a set with a cycle is no set to boot from, but no walk without an end either */
  file(dir, "s/a/dependencies.d/c", "") ;
  l = load(dir, builtins, 1) ;
  assert_int_equal(l.complaints.n, 1) ;
  assert_int_equal(reaches(&l, "a", "a"), 1) ;
  assert_int_equal(reaches(&l, "a", "other"), 0) ;
  unload(&l) ;
}

static void texts_take_no_more_room_than_they_need (void **state)
{
  int dir = *(int *)*state ;
  struct loaded l ;
  oneshot(dir, "s/a") ;
  in(dir, "s/a", "up", "/usr/bin/true\n") ;
  in(dir, "s/a", "down", "") ;
  l = load(dir, 0, 0) ;
  assert_string_equal(l.complaints.lines.s, "") ;
  assert_string_equal(node(&l, "a")->up.s, "/usr/bin/true\n") ;
  assert_true(node(&l, "a")->up.a <= sizeof "/usr/bin/true\n") ;
  assert_true(node(&l, "a")->down.a <= 1) ;
  unload(&l) ;
}

static void settings_are_read (void **state)
{
  static char const *const files[][2] =
  {
    { "timeout-up", "1\n" }, { "timeout-down", "2" }, { "timeout-kill", "3\n\n" }, { "timeout-finish", "0" }, { "notification-fd", "3" },
    { "lock-fd", "4\n" }, { "max-death-tally", "5" }, { "down-signal", "SIGINT\n" }, { "flag-essential", "" }, { "finish", "" }
  } ;
  int dir = *(int *)*state ;
  struct loaded l ;
  struct definition_settings const *s ;
  size_t i = 0 ;
  longrun(dir, "s/a") ;
  longrun(dir, "s/b") ;
  oneshot(dir, "s/c") ;
  for (; i < sizeof files / sizeof files[0] ; i++) in(dir, "s/a", files[i][0], files[i][1]) ;
  file(dir, "s/b/down-signal", "1") ;
  file(dir, "s/c/up", "echo up") ;
  file(dir, "s/c/down", "echo down\n") ;
  file(dir, "s/c/notification-fd", "ignored") ;
  l = load(dir, 0, 0) ;
  assert_string_equal(l.complaints.lines.s, "") ;
  s = &node(&l, "a")->settings ;
  assert_true(s->timeout_up == 1 && s->timeout_down == 2 && s->timeout_kill == 3 && s->timeout_finish == 0) ;
  assert_true(s->notification_fd == 3 && s->lock_fd == 4 && s->max_death_tally == 5 && s->down_signal == SIGINT) ;
  assert_true(s->essential && s->has_finish) ;
  s = &node(&l, "b")->settings ;
  assert_true(!s->timeout_up && !s->timeout_down && !s->timeout_kill && s->timeout_finish == 5000) ;
  assert_true(!s->notification_fd && !s->lock_fd && s->max_death_tally == 100 && s->down_signal == SIGHUP) ;
  assert_true(!s->essential && !s->has_finish) ;
  assert_string_equal(node(&l, "c")->up.s, "echo up") ;
  assert_string_equal(node(&l, "c")->down.s, "echo down\n") ;
  unload(&l) ;
}

static void pipelines_are_linked_and_named (void **state)
{
  int dir = *(int *)*state ;
  struct loaded l ;
  longrun(dir, "s/p1") ;
  longrun(dir, "s/p2") ;
  longrun(dir, "s/mid") ;
  longrun(dir, "s/log") ;
  oneshot(dir, "s/after") ;
  file(dir, "s/p1/producer-for", "mid\n") ;
  file(dir, "s/p2/producer-for", "log") ;
  file(dir, "s/mid/consumer-for", "p1") ;
  file(dir, "s/mid/producer-for", "log") ;
  file(dir, "s/mid/pipeline-name", "ignored-by-s6-rc") ;
  file(dir, "s/log/consumer-for", "# all\nmid\np2\n") ;
  file(dir, "s/log/pipeline-name", "pipe\n") ;
  file(dir, "s/after/dependencies.d/pipe", "") ;
  l = load(dir, 0, 0) ;
  assert_string_equal(l.complaints.lines.s, "") ;
  assert_string_equal(definitionset_node(&l.set, node(&l, "p1")->consumer)->name, "mid") ;
  assert_string_equal(definitionset_node(&l.set, node(&l, "p2")->consumer)->name, "log") ;
  assert_int_equal(node(&l, "log")->consumer, DEFINITIONSET_NONE) ;
  assert_edges(&l, node(&l, "log")->first_producer, node(&l, "log")->producers, "mid p2 ") ;
  assert_int_equal(node(&l, "pipe")->kind, DEFINITION_BUNDLE) ;
  assert_needs(&l, "pipe", "log mid p2 p1 ") ;
  assert_expands(&l, "after", "log mid p2 p1 ") ;
  assert_needs(&l, "log", "") ;
  assert_int_equal(definitionset_find(&l.set, "ignored-by-s6-rc"), DEFINITIONSET_NONE) ;
  unload(&l) ;
}

/* A chain of a thousand, and a bundle of a thousand: deep and wide. */
static void many_are_loaded (void **state)
{
  int dir = *(int *)*state ;
  struct loaded l ;
  char name[64] ;
  unsigned int i = 0 ;
  file(dir, "t/wide/type", "bundle") ;
  for (; i < 1000 ; i++)
  {
    snprintf(name, sizeof name, "s/n%u", i) ;
    oneshot(dir, name) ;
    snprintf(name, sizeof name, "s/n%u/dependencies.d/n%u", i, i + 1) ;
    if (i < 999) file(dir, name, "") ;
    snprintf(name, sizeof name, "t/w%u", i) ;
    longrun(dir, name) ;
    snprintf(name, sizeof name, "t/wide/contents.d/w%u", i) ;
    file(dir, name, "") ;
  }
  l = load(dir, 0, 0) ;
  assert_int_equal(l.complaints.n, 0) ;
  assert_int_equal(definitionset_size(&l.set), 2001) ;
  assert_int_equal(genalloc_len(size_t, &l.set.edges), 1999) ;
  assert_int_equal(definitionset_select(&l.set, "n0"), 0) ;
  assert_true(node(&l, "n999")->selected) ;
  assert_int_equal(reaches(&l, "n0", "n999"), 1) ;
  assert_int_equal(reaches(&l, "n0", "w0"), 0) ;
  unload(&l) ;
  /* the last depends on the first: one cycle of all of them */
  file(dir, "s/n999/dependencies.d/n0", "") ;
  l = load(dir, 0, 0) ;
  assert_int_equal(l.complaints.n, 1) ;
  assert_memory_equal(l.complaints.lines.s, "a cycle of dependencies: n0 -> n1 -> ", 37) ;
  assert_non_null(strstr(l.complaints.lines.s, " -> n999 -> n0\n")) ;
  unload(&l) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(lists_are_directories_or_files),
    SCRATCH(bundles_expand),
    SCRATCH(sources_and_builtins_are_merged),
    SCRATCH(a_bundle_may_have_two_sources),
    SCRATCH(what_is_needed_is_reached),
    SCRATCH(texts_take_no_more_room_than_they_need),
    SCRATCH(settings_are_read),
    SCRATCH(pipelines_are_linked_and_named),
    SCRATCH(many_are_loaded)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
