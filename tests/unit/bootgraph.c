/* ISC license. */

#include <limits.h>
#include <stdio.h>

#include "unit.h"
#include "bootgraph.h"
#include "paths.h"

static void add (struct bootgraph *g, char const *name, enum bootgraph_kind kind)
{
  struct bootgraph_node const n = { .name = name, .kind = kind, .up = "", .down = "" } ;
  assert_int_equal(bootgraph_add(g, &n), 0) ;
}

static void edge (struct bootgraph *g, char const *node, char const *dependency)
{
  assert_int_equal(bootgraph_add_edge(g, bootgraph_find(g, node), bootgraph_find(g, dependency)), 0) ;
}

static void what_is_written_is_read (void **state)
{
  static struct bootgraph_node const nodes[] =
  {
    { .name = "base", .kind = BOOTGRAPH_STAGE, .up = "", .down = "" },
    { .name = "user", .kind = BOOTGRAPH_BUNDLE, .essential = 1, .up = "", .down = "" },
    { .name = "init-x", .kind = BOOTGRAPH_ONESHOT, .timeout_up = 1, .timeout_down = UINT_MAX, .up = "echo \"a\nb\"\n", .down = "/down" },
    { .name = "svc-x", .kind = BOOTGRAPH_LONGRUN, .essential = 1, .notifies = 1, .legacy = 1, .timeout_up = UINT_MAX, .timeout_down = 2,
      .timeout_kill = 3, .up = "", .down = "" }
  } ;
  int dir = *(int *)*state ;
  struct bootgraph g = BOOTGRAPH_ZERO, h = BOOTGRAPH_ZERO ;
  struct bootgraph_edge const *e ;
  size_t i = 0 ;
  assert_int_equal(mkdirat(dir, RUN_LIVE, 0755), 0) ;
  for (; i < 4 ; i++) assert_int_equal(bootgraph_add(&g, nodes + i), 0) ;
  edge(&g, "user", "svc-x") ;
  edge(&g, "svc-x", "init-x") ;
  assert_int_equal(bootgraph_write(&g, dir), 0) ;
  assert_int_equal(bootgraph_read(&h, dir), 0) ;
  assert_int_equal(bootgraph_size(&h), 4) ;
  for (i = 0 ; i < 4 ; i++)
  {
    struct bootgraph_node const *n = bootgraph_node(&h, i) ;
    assert_string_equal(n->name, nodes[i].name) ;
    assert_string_equal(n->up, nodes[i].up) ;
    assert_string_equal(n->down, nodes[i].down) ;
    assert_true(n->kind == nodes[i].kind && n->essential == nodes[i].essential && n->notifies == nodes[i].notifies) ;
    assert_true(n->timeout_up == nodes[i].timeout_up && n->timeout_down == nodes[i].timeout_down) ;
    assert_true(n->timeout_kill == nodes[i].timeout_kill && n->legacy == nodes[i].legacy) ;
  }
  e = genalloc_s(struct bootgraph_edge, &h.edges) ;
  assert_int_equal(genalloc_len(struct bootgraph_edge, &h.edges), 2) ;
  assert_true(e[0].node == 1 && e[0].dependency == 3 && e[1].node == 3 && e[1].dependency == 2) ;
  assert_int_equal(bootgraph_find(&h, "svc-x"), 3) ;
  assert_int_equal(bootgraph_find(&h, "svc"), BOOTGRAPH_NONE) ;
  bootgraph_free(&h) ;
  bootgraph_free(&g) ;
}

#define M "stillroot boot graph 1\0"
#define A "a\0" "2\0" "0\0" "0\0" "0\0" "0\0" "0\0" "0\0" "\0" "\0"
#define S(s) { s, sizeof s - 1 }

static void what_is_no_graph_is_refused (void **state)
{
  static struct { char const *s ; size_t len ; } const good[] =
  {
    S(M "0\0" "0\0"),
    S(M "1\0" "0\0" A),
    S(M "2\0" "2\0" A A "0\0" "1\0" "1\0" "1\0")
  } ;
  static struct { char const *s ; size_t len ; } const bad[] =
  {
    S(""),
    S("stillroot boot graph 1"),
    S("stillroot boot graph 2\0" "0\0" "0\0"),
    S(M),
    S(M "0\0"),
    S(M "0\0" "0"),
    S(M "0\0" "0\0" "x"),
    S(M "0\0" "0\0" "\0"),
    S(M "\0" "0\0"),
    S(M "-1\0" "0\0"),
    S(M "0x\0" "0\0"),
    S(M "99999999999999999999999999\0" "0\0"),
    S(M "18446744073709551615\0" "0\0" A),
    S(M "2\0" "0\0" A),
    S(M "0\0" "1\0" "0\0" "0\0"),
    S(M "1\0" "1\0" A),
    S(M "1\0" "1\0" A "0\0"),
    S(M "1\0" "1\0" A "0\0" "0"),
    S(M "1\0" "1\0" A "0\0" "1\0"),
    S(M "1\0" "1\0" A "1\0" "0\0"),
    S(M "1\0" "0\0" "\0" "2\0" "0\0" "0\0" "0\0" "0\0" "0\0" "0\0" "\0" "\0"),
    S(M "1\0" "0\0" "a\0" "5\0" "0\0" "0\0" "0\0" "0\0" "0\0" "0\0" "\0" "\0"),
    S(M "1\0" "0\0" "a\0" "2\0" "2\0" "0\0" "0\0" "0\0" "0\0" "0\0" "\0" "\0"),
    S(M "1\0" "0\0" "a\0" "2\0" "0\0" "2\0" "0\0" "0\0" "0\0" "0\0" "\0" "\0"),
    S(M "1\0" "0\0" "a\0" "2\0" "0\0" "0\0" "0\0" "4294967296\0" "0\0" "0\0" "\0" "\0"),
    S(M "1\0" "0\0" "a\0" "2\0" "0\0" "0\0" "0\0" "0\0" "4294967296\0" "0\0" "\0" "\0"),
    S(M "1\0" "0\0" "a\0" "2\0" "0\0" "0\0" "0\0" "0\0" "0\0" "0\0" "x\0" "y")
  } ;
  int dir = *(int *)*state ;
  struct bootgraph g = BOOTGRAPH_ZERO ;
  size_t i = 0 ;
  assert_int_equal(mkdirat(dir, RUN_LIVE, 0755), 0) ;
  errno = 0 ;
  assert_int_equal(bootgraph_read(&g, dir), -1) ;
  assert_int_equal(errno, ENOENT) ;
  for (; i < sizeof good / sizeof good[0] ; i++)
  {
    put(dir, RUN_BOOTGRAPH, good[i].s, good[i].len, 0644) ;
    assert_int_equal(bootgraph_read(&g, dir), 0) ;
    bootgraph_free(&g) ;
  }
  for (i = 0 ; i < sizeof bad / sizeof bad[0] ; i++)
  {
    put(dir, RUN_BOOTGRAPH, bad[i].s, bad[i].len, 0644) ;
    errno = 0 ;
    assert_int_equal(bootgraph_read(&g, dir), -1) ;
    assert_int_equal(errno, EPROTO) ;
    bootgraph_free(&g) ;
  }
}

static void assert_no_graph (int dir)
{
  struct bootgraph g = BOOTGRAPH_ZERO ;
  errno = 0 ;
  assert_int_equal(bootgraph_read(&g, dir), -1) ;
  assert_int_equal(errno, EPROTO) ;
  bootgraph_free(&g) ;
}

static void a_graph_is_a_file_with_a_bound (void **state)
{
  static char up[BOOTGRAPH_FILE_MAX + 1] ;
  int dir = *(int *)*state ;
  int fd ;
  struct bootgraph g = BOOTGRAPH_ZERO ;
  struct bootgraph_node const n = { .name = "a", .kind = BOOTGRAPH_ONESHOT, .up = up, .down = "" } ;
  assert_int_equal(mkdirat(dir, RUN_LIVE, 0755), 0) ;
  memset(up, 'x', sizeof up - 1) ;
  assert_int_equal(bootgraph_add(&g, &n), 0) ;
  errno = 0 ;
  assert_int_equal(bootgraph_write(&g, dir), -1) ;
  assert_int_equal(errno, EFBIG) ;
  bootgraph_free(&g) ;
  fd = openat(dir, RUN_BOOTGRAPH, O_WRONLY | O_CREAT, 0644) ;
  assert_int_equal(ftruncate(fd, BOOTGRAPH_FILE_MAX + 1), 0) ;
  close(fd) ;
  assert_no_graph(dir) ;
  assert_int_equal(renameat(dir, RUN_BOOTGRAPH, dir, "elsewhere"), 0) ;
  assert_int_equal(symlinkat("../elsewhere", dir, RUN_BOOTGRAPH), 0) ;
  assert_no_graph(dir) ;
  assert_int_equal(unlinkat(dir, RUN_BOOTGRAPH, 0), 0) ;
  assert_int_equal(mkfifoat(dir, RUN_BOOTGRAPH, 0644), 0) ;
  assert_no_graph(dir) ;
}

/* chosen, and what is expected, name nodes by their letters. */
static void assert_closes (struct bootgraph const *g, char const *chosen, int dependents, char const *expected)
{
  char marks[16] = "", names[16] = "" ;
  size_t n = 0, i = 0 ;
  for (; *chosen ; chosen++) marks[bootgraph_find(g, (char const [2]){ *chosen, 0 })] = 1 ;
  assert_int_equal(bootgraph_close(g, marks, dependents), 0) ;
  for (i = 0 ; i < bootgraph_size(g) ; i++) if (marks[i]) names[n++] = bootgraph_node(g, i)->name[0] ;
  assert_string_equal(names, expected) ;
}

static void a_choice_is_closed_both_ways (void **state)
{
  struct bootgraph g = BOOTGRAPH_ZERO ;
  (void)state ;
  add(&g, "a", BOOTGRAPH_STAGE) ;
  add(&g, "b", BOOTGRAPH_ONESHOT) ;
  add(&g, "c", BOOTGRAPH_LONGRUN) ;
  add(&g, "d", BOOTGRAPH_LONGRUN) ;
  add(&g, "u", BOOTGRAPH_BUNDLE) ;
  add(&g, "x", BOOTGRAPH_LONGRUN) ;
  edge(&g, "b", "a") ;
  edge(&g, "c", "a") ;
  edge(&g, "d", "b") ;
  edge(&g, "d", "c") ;
  edge(&g, "u", "c") ;
  assert_closes(&g, "", 0, "") ;
  assert_closes(&g, "d", 0, "abcd") ;
  assert_closes(&g, "u", 0, "acu") ;
  assert_closes(&g, "ux", 0, "acux") ;
  assert_closes(&g, "c", 1, "cdu") ;
  assert_closes(&g, "b", 1, "bd") ;
  assert_closes(&g, "a", 1, "abcdu") ;
  assert_closes(&g, "x", 1, "x") ;
  bootgraph_free(&g) ;
  assert_closes(&g, "", 1, "") ;
}

/* Random graphs, cycles and all, against what a rule applied until nothing changes gives. */
static void closing_is_what_the_rule_says (void **state)
{
  unsigned int seed = 1, round = 0 ;
  (void)state ;
  for (; round < 2000 ; round++)
  {
    struct bootgraph g = BOOTGRAPH_ZERO ;
    struct bootgraph_edge const *e ;
    char marks[12], expected[12] ;
    size_t n = 1 + (size_t)rand_r(&seed) % 12, m = (size_t)rand_r(&seed) % 20, i = 0 ;
    int dependents = rand_r(&seed) % 2, changed = 1 ;
    for (; i < n ; i++) add(&g, "x", BOOTGRAPH_LONGRUN) ;
    for (i = 0 ; i < m ; i++) assert_int_equal(bootgraph_add_edge(&g, (size_t)rand_r(&seed) % n, (size_t)rand_r(&seed) % n), 0) ;
    for (i = 0 ; i < n ; i++) marks[i] = expected[i] = rand_r(&seed) % 4 == 0 ;
    e = genalloc_s(struct bootgraph_edge, &g.edges) ;
    while (changed)
      for (changed = 0, i = 0 ; i < m ; i++)
      {
        size_t from = dependents ? e[i].dependency : e[i].node, to = dependents ? e[i].node : e[i].dependency ;
        if (expected[from] && !expected[to]) changed = expected[to] = 1 ;
      }
    assert_int_equal(bootgraph_close(&g, marks, dependents), 0) ;
    assert_memory_equal(marks, expected, n) ;
    bootgraph_free(&g) ;
  }
}

static void long_chain_needs_no_stack (void **state)
{
  static char marks[100000] ;
  struct bootgraph g = BOOTGRAPH_ZERO ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof marks ; i++)
  {
    add(&g, "x", BOOTGRAPH_ONESHOT) ;
    if (i) assert_int_equal(bootgraph_add_edge(&g, i, i - 1), 0) ;
  }
  marks[sizeof marks - 1] = 1 ;
  assert_int_equal(bootgraph_close(&g, marks, 0), 0) ;
  for (i = 0 ; i < sizeof marks ; i++) assert_true(marks[i]) ;
  bootgraph_free(&g) ;
}

static void states_are_set_and_read (void **state)
{
  int dir = *(int *)*state ;
  char s[4] = "" ;
  int fd, other ;
  assert_int_equal(mkdirat(dir, RUN_LIVE, 0755), 0) ;
  fd = bootgraph_state_make(dir, 3) ;
  assert_true(fd >= 0) ;
  assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC) ;
  assert_int_equal(bootgraph_state_set(fd, 1, BOOTGRAPH_UP), 0) ;
  assert_int_equal(bootgraph_state_set(fd, 2, BOOTGRAPH_UP), 0) ;
  assert_int_equal(bootgraph_state_set(fd, 2, BOOTGRAPH_DOWN), 0) ;
  other = bootgraph_state_open(dir, 3) ;
  assert_true(other >= 0) ;
  assert_int_equal(bootgraph_state_read(other, s, 3), 0) ;
  assert_string_equal(s, "-+-") ;
  errno = 0 ;
  assert_int_equal(bootgraph_state_read(other, s, 4), -1) ;
  assert_int_equal(errno, EPROTO) ;
  close(other) ;
  close(fd) ;
  /* a new file is made, whatever the old one says */
  fd = bootgraph_state_make(dir, 2) ;
  assert_int_equal(bootgraph_state_read(fd, s, 2), 0) ;
  assert_memory_equal(s, "--", 2) ;
  close(fd) ;
  fd = bootgraph_state_make(dir, 0) ;
  assert_int_equal(bootgraph_state_read(fd, s, 0), 0) ;
  close(fd) ;
}

static void other_states_are_refused (void **state)
{
  int dir = *(int *)*state ;
  char s[3] = "" ;
  int fd ;
  assert_int_equal(mkdirat(dir, RUN_LIVE, 0755), 0) ;
  errno = 0 ;
  assert_int_equal(bootgraph_state_open(dir, 3), -1) ;
  assert_int_equal(errno, ENOENT) ;
  puts_in(dir, RUN_BOOTGRAPH_STATE, "+x-") ;
  errno = 0 ;
  assert_int_equal(bootgraph_state_open(dir, 2), -1) ;
  assert_int_equal(errno, EPROTO) ;
  fd = bootgraph_state_open(dir, 3) ;
  assert_true(fd >= 0) ;
  errno = 0 ;
  assert_int_equal(bootgraph_state_read(fd, s, 3), -1) ;
  assert_int_equal(errno, EPROTO) ;
  close(fd) ;
  assert_int_equal(renameat(dir, RUN_BOOTGRAPH_STATE, dir, "elsewhere"), 0) ;
  assert_int_equal(symlinkat("../elsewhere", dir, RUN_BOOTGRAPH_STATE), 0) ;
  errno = 0 ;
  assert_int_equal(bootgraph_state_open(dir, 3), -1) ;
  assert_int_equal(errno, EPROTO) ;
}

/* The edges are "node:dependency ..." in that order. */
static void assert_contracted (struct bootgraph const *g, char const *wanted)
{
  genalloc edges = GENALLOC_ZERO ;
  char s[256] = "" ;
  size_t i = 0, n = 0 ;
  assert_int_equal(bootgraph_contract(g, &edges), 0) ;
  for (; i < genalloc_len(struct bootgraph_edge, &edges) ; i++)
  {
    struct bootgraph_edge const *e = genalloc_s(struct bootgraph_edge, &edges) + i ;
    n += (size_t)snprintf(s + n, sizeof s - n, "%s%s:%s", i ? " " : "", bootgraph_node(g, e->node)->name, bootgraph_node(g, e->dependency)->name) ;
  }
  assert_string_equal(s, wanted) ;
  genalloc_free(struct bootgraph_edge, &edges) ;
}

static void steps_are_contracted (void **state)
{
  struct bootgraph g = BOOTGRAPH_ZERO ;
  (void)state ;
  add(&g, "first", BOOTGRAPH_STAGE) ;
  add(&g, "step", BOOTGRAPH_STEP) ;
  add(&g, "next", BOOTGRAPH_STEP) ;
  add(&g, "a", BOOTGRAPH_STAGE) ;
  add(&g, "b", BOOTGRAPH_ONESHOT) ;
  add(&g, "user", BOOTGRAPH_BUNDLE) ;
  edge(&g, "step", "first") ;
  edge(&g, "next", "step") ;
  assert_contracted(&g, "") ;
  edge(&g, "a", "next") ;
  assert_contracted(&g, "a:first") ;
  /* by way of a, b waits for first anyway */
  edge(&g, "b", "next") ;
  edge(&g, "b", "a") ;
  assert_contracted(&g, "a:first b:a") ;
  /* what waits for it itself, does */
  edge(&g, "b", "first") ;
  edge(&g, "b", "a") ;
  assert_contracted(&g, "a:first b:a b:first") ;
  /* a step is nothing that a bundle could hold */
  edge(&g, "user", "step") ;
  edge(&g, "user", "b") ;
  assert_contracted(&g, "a:first b:a b:first user:b") ;
  add(&g, "alone", BOOTGRAPH_ONESHOT) ;
  add(&g, "user2", BOOTGRAPH_BUNDLE) ;
  edge(&g, "user2", "next") ;
  edge(&g, "user2", "alone") ;
  assert_contracted(&g, "a:first b:a b:first user:b user2:alone") ;
  bootgraph_free(&g) ;
}

/* A node waits for another, by whatever way, in the contracted graph just when it does in the graph; and no step is left. */
static void contraction_changes_no_order (void **state)
{
  unsigned int round = 0 ;
  (void)state ;
  for (; round < 300 ; round++)
  {
    struct bootgraph g = BOOTGRAPH_ZERO, h = BOOTGRAPH_ZERO ;
    size_t const n = 12 ;
    char names[12][4] ;
    size_t i = 0, j ;
    for (; i < n ; i++)
    {
      snprintf(names[i], sizeof names[i], "%zu", i) ;
      add(&g, names[i], rand() % 2 ? BOOTGRAPH_STEP : BOOTGRAPH_STAGE) ;
    }
    h.nodes = g.nodes ;
    for (i = 0 ; i < n ; i++) for (j = 0 ; j < i ; j++) if (!(rand() % 4)) assert_int_equal(bootgraph_add_edge(&g, i, j), 0) ;
    assert_int_equal(bootgraph_contract(&g, &h.edges), 0) ;
    for (i = 0 ; i < n ; i++)
    {
      char all[12] = { 0 }, contracted[12] = { 0 } ;
      if (bootgraph_node(&g, i)->kind == BOOTGRAPH_STEP) continue ;
      all[i] = contracted[i] = 1 ;
      assert_int_equal(bootgraph_close(&g, all, 0), 0) ;
      assert_int_equal(bootgraph_close(&h, contracted, 0), 0) ;
      for (j = 0 ; j < n ; j++) assert_int_equal(contracted[j], all[j] && bootgraph_node(&g, j)->kind != BOOTGRAPH_STEP) ;
    }
    genalloc_free(struct bootgraph_edge, &h.edges) ;
    bootgraph_free(&g) ;
  }
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(what_is_written_is_read),
    SCRATCH(what_is_no_graph_is_refused),
    SCRATCH(a_graph_is_a_file_with_a_bound),
    cmocka_unit_test(a_choice_is_closed_both_ways),
    cmocka_unit_test(closing_is_what_the_rule_says),
    cmocka_unit_test(long_chain_needs_no_stack),
    cmocka_unit_test(steps_are_contracted),
    cmocka_unit_test(contraction_changes_no_order),
    SCRATCH(states_are_set_and_read),
    SCRATCH(other_states_are_refused)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
