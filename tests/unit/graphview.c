/* ISC license. */

#include <stdio.h>

#include "unit.h"
#include "graphview.h"
#include "jsonstring.h"
#include "paths.h"
#include "reportrows.h"
#include "svevent.h"

/* A graph, its states and its report in the scratch directory, as stage 2 writes them. */
struct boot
{
  int dir ;
  struct bootgraph graph ;
  struct report report ;
} ;

static void begin (struct boot *b, int dir)
{
  *b = (struct boot){ .dir = dir, .graph = BOOTGRAPH_ZERO, .report = REPORT_ZERO } ;
  assert_int_equal(mkdirat(dir, RUN_LIVE, 0755), 0) ;
  assert_int_equal(mkdirat(dir, RUN_STATE, 0755), 0) ;
  assert_int_equal(mkdirat(dir, RUN_SCANDIR, 0755), 0) ;
}

static void add (struct boot *b, char const *name, enum bootgraph_kind kind, int notifies)
{
  struct bootgraph_node const n = { .name = name, .kind = kind, .notifies = notifies, .up = "", .down = "" } ;
  assert_int_equal(bootgraph_add(&b->graph, &n), 0) ;
}

static void edge (struct boot *b, char const *node, char const *dependency)
{
  assert_int_equal(bootgraph_add_edge(&b->graph, bootgraph_find(&b->graph, node), bootgraph_find(&b->graph, dependency)), 0) ;
}

/* states: one for each node */
static void finish (struct boot *b, char const *states, struct graphview *v)
{
  stralloc text = STRALLOC_ZERO ;
  assert_int_equal(bootgraph_write(&b->graph, b->dir), 0) ;
  puts_in(b->dir, RUN_BOOTGRAPH_STATE, states) ;
  assert_int_equal(report_json(&b->report, &text), 0) ;
  *v = (struct graphview)GRAPHVIEW_ZERO ;
  assert_int_equal(graphview_read(v, b->dir, text.s, text.len), 0) ;
  stralloc_free(&text) ;
}

static void end (struct boot *b)
{
  bootgraph_free(&b->graph) ;
  report_free(&b->report) ;
}

static void assert_state (struct graphview const *v, char const *name, char const *state)
{
  assert_string_equal(graphview_state_name(v->nodes[bootgraph_find(&v->graph, name)].state), state) ;
}

/* What its supervisor says of a longrun. */
static void supervise (struct boot *b, char const *name, int pid, int ready, int wanted)
{
  s6_svstatus_t st = S6_SVSTATUS_ZERO ;
  char path[256], packed[S6_SVSTATUS_SIZE] ;
  st.pid = pid ;
  st.flagready = !!ready ;
  st.flagwantup = !!wanted ;
  s6_svstatus_pack(packed, &st) ;
  snprintf(path, sizeof path, RUN_SCANDIR "/%s", name) ;
  mkdirat(b->dir, path, 0755) ;
  snprintf(path, sizeof path, RUN_SCANDIR "/%s/" S6_SUPERVISE_CTLDIR, name) ;
  mkdirat(b->dir, path, 0755) ;
  snprintf(path, sizeof path, RUN_SCANDIR "/%s/" S6_SVSTATUS_FILENAME, name) ;
  put(b->dir, path, packed, sizeof packed, 0644) ;
}

static void states_are_those_of_now (void **state)
{
  struct boot b ;
  struct graphview v ;
  begin(&b, *(int *)*state) ;
  add(&b, "up", BOOTGRAPH_ONESHOT, 0) ;
  add(&b, "failed", BOOTGRAPH_ONESHOT, 0) ;
  add(&b, "blocked", BOOTGRAPH_STAGE, 0) ;
  add(&b, "mended", BOOTGRAPH_ONESHOT, 0) ;
  add(&b, "down", BOOTGRAPH_ONESHOT, 0) ;
  b.report.result = "failed" ;
  report_set(&b.report, REPORT_SERVICES, "up", "up", "", 7) ;
  report_set(&b.report, REPORT_SERVICES, "failed", "failed", "for a \"reason\",\"status\":\"up\"", 8) ;
  report_set(&b.report, REPORT_STAGES, "blocked", "blocked", "", 9) ;
  report_set(&b.report, REPORT_SERVICES, "blocked", "up", "", 10) ;
  report_set(&b.report, REPORT_SERVICES, "mended", "failed", "", 11) ;
  finish(&b, "+--+-", &v) ;
  assert_state(&v, "up", "up") ;
  assert_state(&v, "failed", "failed") ;
  assert_state(&v, "blocked", "blocked") ;
  assert_state(&v, "mended", "up") ;
  assert_state(&v, "down", "down") ;
  assert_true(v.nodes[0].timed && v.nodes[0].ms == 7 && v.nodes[1].ms == 8 && v.nodes[2].ms == 9) ;
  assert_false(v.nodes[4].timed) ;
  graphview_free(&v) ;
  end(&b) ;
}

static void before_the_boot_is_over_nodes_wait (void **state)
{
  struct boot b ;
  struct graphview v ;
  begin(&b, *(int *)*state) ;
  add(&b, "waiting", BOOTGRAPH_ONESHOT, 0) ;
  add(&b, "starting", BOOTGRAPH_ONESHOT, 0) ;
  add(&b, "aside", BOOTGRAPH_ONESHOT, 0) ;
  report_set(&b.report, REPORT_SERVICES, "starting", "starting", "", 1) ;
  report_set(&b.report, REPORT_SERVICES, "aside", "down", "no bundle selects it", 1) ;
  finish(&b, "---", &v) ;
  assert_state(&v, "waiting", "waiting") ;
  assert_state(&v, "starting", "starting") ;
  assert_state(&v, "aside", "down") ;
  graphview_free(&v) ;
  end(&b) ;
}

static void supervisors_are_asked (void **state)
{
  static struct { char const *name ; int notifies, pid, ready, wanted ; char recorded ; char const *reported, *shown ; } const cases[] =
  {
    { "runs", 0, 7, 0, 1, '+', "up", "up" },
    { "ready", 1, 7, 1, 1, '+', "ready", "up" },
    { "unready", 1, 7, 0, 1, '+', "ready", "starting" },
    { "not-yet", 1, 7, 0, 1, '-', "up", "starting" },
    { "restarts", 0, 0, 0, 1, '+', "up", "starting" },
    { "told-down", 0, 0, 0, 0, '+', "up", "down" },
    { "dies", 0, 7, 0, 1, '-', "failed", "failed" },
    { "late", 1, 7, 1, 1, '-', "failed", "up" },
    { "blocked", 0, 0, 0, 0, '-', "blocked", "blocked" },
    { "unasked", 0, -1, 0, 0, '+', "up", "up" }
  } ;
  size_t const n = sizeof cases / sizeof cases[0] ;
  char states[sizeof cases / sizeof cases[0] + 1] = "" ;
  struct boot b ;
  struct graphview v ;
  size_t i = 0 ;
  begin(&b, *(int *)*state) ;
  b.report.result = "failed" ;
  for (; i < n ; i++)
  {
    add(&b, cases[i].name, BOOTGRAPH_LONGRUN, cases[i].notifies) ;
    states[i] = cases[i].recorded ;
    report_set(&b.report, REPORT_SERVICES, cases[i].name, cases[i].reported, "", 1) ;
    if (cases[i].pid >= 0) supervise(&b, cases[i].name, cases[i].pid, cases[i].ready, cases[i].wanted) ;
  }
  finish(&b, states, &v) ;
  for (i = 0 ; i < n ; i++) assert_state(&v, cases[i].name, cases[i].shown) ;
  graphview_free(&v) ;
  end(&b) ;
}

static void bundles_are_what_is_in_them (void **state)
{
  struct boot b ;
  struct graphview v ;
  begin(&b, *(int *)*state) ;
  b.report.result = "done" ;
  add(&b, "outer", BOOTGRAPH_BUNDLE, 0) ;
  add(&b, "inner", BOOTGRAPH_BUNDLE, 0) ;
  add(&b, "whole", BOOTGRAPH_BUNDLE, 0) ;
  add(&b, "empty", BOOTGRAPH_BUNDLE, 0) ;
  add(&b, "one", BOOTGRAPH_ONESHOT, 0) ;
  add(&b, "two", BOOTGRAPH_ONESHOT, 0) ;
  add(&b, "after", BOOTGRAPH_ONESHOT, 0) ;
  edge(&b, "outer", "inner") ;
  edge(&b, "inner", "one") ;
  edge(&b, "inner", "two") ;
  edge(&b, "whole", "one") ;
  edge(&b, "after", "outer") ;
  /* two has been brought down since; whole was never selected */
  finish(&b, "++-++-+", &v) ;
  assert_state(&v, "outer", "down") ;
  assert_state(&v, "inner", "down") ;
  assert_state(&v, "whole", "up") ;
  assert_state(&v, "empty", "up") ;
  assert_state(&v, "after", "up") ;
  graphview_free(&v) ;
  end(&b) ;
}

static void no_name_breaks_a_form (void **state)
{
  struct boot b ;
  struct graphview v ;
  stralloc sa = STRALLOC_ZERO ;
  begin(&b, *(int *)*state) ;
  b.report.result = "done" ;
  add(&b, "a\"]\\&\xff\xc3\xa9\n\x1b", BOOTGRAPH_ONESHOT, 0) ;
  add(&b, "step", BOOTGRAPH_STEP, 0) ;
  add(&b, "b", BOOTGRAPH_STAGE, 0) ;
  edge(&b, "b", "a\"]\\&\xff\xc3\xa9\n\x1b") ;
  edge(&b, "b", "step") ;
  report_set(&b.report, REPORT_SERVICES, "a\"]\\&\xff\xc3\xa9\n\x1b", "up", "", 12) ;
  finish(&b, "++-", &v) ;
  assert_int_equal(graphview_dot(&v, &sa), 0) ;
  assert_int_equal(stralloc_0(&sa), 1) ;
  assert_string_equal(sa.s,
    "digraph boot {\n"
    "  node [fontname=\"Helvetica\"]\n"
    "  n0 [label=\"a\\\"]\\\\&amp;\xef\xbf\xbd\xc3\xa9??\\n12 ms\", shape=\"ellipse\", style=\"filled\", fillcolor=\"palegreen\"]\n"
    "  n2 [label=\"b\", shape=\"box\", style=\"filled,dotted\", fillcolor=\"lightgrey\"]\n"
    "  n0 -> n2\n"
    "}\n") ;
  sa.len = 0 ;
  assert_int_equal(graphview_json(&v, &sa), 0) ;
  assert_int_equal(stralloc_0(&sa), 1) ;
  assert_string_equal(sa.s, "\n"
    "    {\"name\":\"a\\\"]\\\\&\\ufffd\xc3\xa9\\u000a\\u001b\",\"kind\":\"oneshot\",\"state\":\"up\",\"ms\":12,\"after\":[]},\n"
    "    {\"name\":\"b\",\"kind\":\"stage\",\"state\":\"down\",\"ms\":null,\"after\":[\"a\\\"]\\\\&\\ufffd\xc3\xa9\\u000a\\u001b\"]}") ;
  sa.len = 0 ;
  assert_int_equal(graphview_text(&v, &sa), 0) ;
  assert_int_equal(stralloc_0(&sa), 1) ;
  assert_string_equal(sa.s, "graph:\n"
    "  a\"]\\&\xff\xc3\xa9??                 oneshot up\n"
    "  b                          stage   down     after a\"]\\&\xff\xc3\xa9??\n") ;
  stralloc_free(&sa) ;
  graphview_free(&v) ;
  end(&b) ;
}

static void without_a_graph_there_is_no_view (void **state)
{
  int dir = *(int *)*state ;
  struct boot b ;
  struct graphview v = GRAPHVIEW_ZERO ;
  begin(&b, dir) ;
  assert_int_equal(graphview_read(&v, dir, "", 0), -1) ;
  assert_int_equal(errno, ENOENT) ;
  graphview_free(&v) ;
  add(&b, "a", BOOTGRAPH_STAGE, 0) ;
  assert_int_equal(bootgraph_write(&b.graph, dir), 0) ;
  /* states of another graph */
  puts_in(dir, RUN_BOOTGRAPH_STATE, "++") ;
  v = (struct graphview)GRAPHVIEW_ZERO ;
  assert_int_equal(graphview_read(&v, dir, "", 0), -1) ;
  assert_int_equal(errno, EPROTO) ;
  graphview_free(&v) ;
  end(&b) ;
}

/* Whatever stands there: nothing is read behind the end, nothing but rows of a report is one. */
static void what_is_no_report_has_no_rows (void **state)
{
  static char const *const texts[] =
  {
    "", "\n", "  \"stages\":[", "  \"stages\":[\n    {\"name\":\"a\n", "  \"stages\":[\n    {\"name\":\"a\\\n", "  \"stages\":[\n    {\"name\":\"a\"}\n",
    "  \"stages\":[\n    {\"name\":\"a\",\"status\":\"up\",\"reason\":\"\",\"ms\":\n", "  \"stages\":[\n    {\"name\":\"a\",\"status\":\"up\",\"reason\":\"\",\"ms\":1}",
    "    {\"name\":\"a\",\"status\":\"up\",\"reason\":\"\",\"ms\":1}\n"
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof texts / sizeof texts[0] ; i++)
  {
    struct reportrows rows = REPORTROWS_ZERO ;
    struct reportrow const *row ;
    size_t len = strlen(texts[i]) ;
    char *text = malloc(len + !len) ;
    assert_non_null(text) ;
    memcpy(text, texts[i], len) ;
    assert_int_equal(reportrows_read(&rows, text, len), 0) ;
    assert_int_equal(reportrows_find(&rows, REPORT_EVIDENCE, "a", &row), 0) ;
    assert_int_equal(reportrows_find(&rows, REPORT_STAGES, "a", &row), 0) ;
    free(text) ;
    reportrows_free(&rows) ;
  }
}

static void strings_of_json_have_an_end (void **state)
{
  (void)state ;
  assert_int_equal(jsonstring_len("\"a\\\"b\\\\\"c\"", 10), 8) ;
  assert_int_equal(jsonstring_len("\"\"", 2), 2) ;
  assert_int_equal(jsonstring_len("\"a", 2), 0) ;
  assert_int_equal(jsonstring_len("\"a\\\"", 4), 0) ;
  assert_int_equal(jsonstring_len("\"\\", 2), 0) ;
  assert_int_equal(jsonstring_len("a\"\"", 3), 0) ;
  assert_int_equal(jsonstring_len("", 0), 0) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(states_are_those_of_now),
    SCRATCH(before_the_boot_is_over_nodes_wait),
    SCRATCH(supervisors_are_asked),
    SCRATCH(bundles_are_what_is_in_them),
    SCRATCH(no_name_breaks_a_form),
    SCRATCH(without_a_graph_there_is_no_view),
    cmocka_unit_test(what_is_no_report_has_no_rows),
    cmocka_unit_test(strings_of_json_have_an_end)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
