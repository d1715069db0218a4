/* ISC license. */

/* ownership and inode. The hostile process is a child that changes the tree without pause while it is given away again and again. */

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "unit.h"
#include "ownership.h"


struct log
{
  unsigned int n[OWNERSHIP_BUSY + 1] ;
  unsigned int progress ;
  char path[256] ;          /* of the latest event that left something as it was */
} ;

static void note (void *data, enum ownership_event event, char const *path, struct inode const *was, int e)
{
  struct log *l = data ;
  (void)was ;
  (void)e ;
  l->n[event]++ ;
  if (event > OWNERSHIP_RETAINED) snprintf(l->path, sizeof l->path, "%s", path) ;
}

static void note_progress (void *data, char const *tree, uint64_t seen, uint64_t changed, unsigned int ms)
{
  struct log *l = data ;
  (void)tree ;
  (void)seen ;
  (void)changed ;
  (void)ms ;
  l->progress++ ;
}

static int give_id (int dir, char const *path, unsigned int id, int recursive, struct log *log)
{
  struct ownership_order const o =
  {
    .uid = id, .gid = id, .recursive = recursive, .follow = !recursive, .changes = 1, .verbose = 1,
    .event = &note, .progress = &note_progress, .data = log
  } ;
  memset(log, 0, sizeof *log) ;
  return ownership_change(&o, dir, &path, 1) ;
}

static unsigned int owner (int dir, char const *name)
{
  struct stat st ;
  assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_uid, st.st_gid) ;
  return st.st_uid ;
}

static struct timespec changed_at (int dir, char const *name)
{
  struct stat st ;
  assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0) ;
  return st.st_ctim ;
}

static void make_trees (int dir)
{
  assert_int_equal(mkdirat(dir, "tree", 0755), 0) ;
  assert_int_equal(mkdirat(dir, "tree/d", 0755), 0) ;
  assert_int_equal(mkdirat(dir, "out", 0755), 0) ;
  puts_in(dir, "tree/d/f", "") ;
  puts_in(dir, "out/secret", "") ;
}

static void links_are_changed_not_what_they_lead_to (void **state)
{
  int dir = *(int *)*state ;
  struct log l ;
  make_trees(dir) ;
  assert_int_equal(symlinkat("../out", dir, "tree/link"), 0) ;
  assert_int_equal(symlinkat("../out/secret", dir, "tree/d/link"), 0) ;
  assert_int_equal(symlinkat("nowhere", dir, "tree/dangling"), 0) ;
  assert_int_equal(give_id(dir, "tree", 911, 1, &l), 0) ;
  assert_int_equal(l.n[OWNERSHIP_CHANGED], 6) ;
  assert_int_equal(owner(dir, "tree"), 911) ;
  assert_int_equal(owner(dir, "tree/d/f"), 911) ;
  assert_int_equal(owner(dir, "tree/link"), 911) ;
  assert_int_equal(owner(dir, "tree/dangling"), 911) ;
  assert_int_equal(owner(dir, "out"), 0) ;
  assert_int_equal(owner(dir, "out/secret"), 0) ;
  /* the argument too, unless it is to be followed */
  assert_int_equal(give_id(dir, "tree/link", 912, 1, &l), 0) ;
  assert_int_equal(owner(dir, "tree/link"), 912) ;
  assert_int_equal(owner(dir, "out"), 0) ;
  assert_int_equal(give_id(dir, "tree/link", 912, 0, &l), 0) ;
  assert_int_equal(owner(dir, "out"), 912) ;
  assert_int_equal(owner(dir, "out/secret"), 0) ;
}

static void a_right_tree_is_not_written (void **state)
{
  int dir = *(int *)*state ;
  struct timespec before[3], after[3] ;
  struct log l ;
  make_trees(dir) ;
  assert_int_equal(give_id(dir, "tree", 911, 1, &l), 0) ;
  before[0] = changed_at(dir, "tree") ; before[1] = changed_at(dir, "tree/d") ; before[2] = changed_at(dir, "tree/d/f") ;
  usleep(20000) ;
  assert_int_equal(give_id(dir, "tree", 911, 1, &l), 0) ;
  after[0] = changed_at(dir, "tree") ; after[1] = changed_at(dir, "tree/d") ; after[2] = changed_at(dir, "tree/d/f") ;
  assert_memory_equal(before, after, sizeof before) ;
  assert_int_equal(l.n[OWNERSHIP_CHANGED], 0) ;
  assert_int_equal(l.n[OWNERSHIP_RETAINED], 3) ;
}

static void a_group_alone_leaves_the_user (void **state)
{
  int dir = *(int *)*state ;
  struct log l ;
  struct ownership_order const o = { .uid = (uid_t)-1, .gid = 5, .recursive = 1, .event = &note, .data = &l } ;
  char const *path = "tree" ;
  struct stat st ;
  memset(&l, 0, sizeof l) ;
  make_trees(dir) ;
  assert_int_equal(ownership_change(&o, dir, &path, 1), 0) ;
  assert_int_equal(fstatat(dir, "tree/d/f", &st, 0), 0) ;
  assert_int_equal(st.st_uid, 0) ;
  assert_int_equal(st.st_gid, 5) ;
}

static void hard_links_count (void **state)
{
  int dir = *(int *)*state ;
  struct log l ;
  make_trees(dir) ;
  assert_int_equal(linkat(dir, "tree/d/f", dir, "tree/inside", 0), 0) ;
  assert_int_equal(linkat(dir, "out/secret", dir, "tree/outside", 0), 0) ;
  assert_int_equal(give_id(dir, "tree", 911, 1, &l), 1) ;
  assert_int_equal(owner(dir, "tree/inside"), 911) ;
  assert_int_equal(owner(dir, "tree/d/f"), 911) ;
  assert_int_equal(owner(dir, "out/secret"), 0) ;
  assert_int_equal(l.n[OWNERSHIP_LINKED], 1) ;
  assert_string_equal(l.path, "tree/outside") ;
  assert_int_equal(l.n[OWNERSHIP_BUSY], 0) ;
  /* one that is right already is no matter */
  assert_int_equal(give_id(dir, "out/secret", 911, 0, &l), 0) ;
  assert_int_equal(give_id(dir, "tree", 911, 1, &l), 0) ;
}

static void what_is_not_there_is_reported (void **state)
{
  int dir = *(int *)*state ;
  struct log l ;
  assert_int_equal(give_id(dir, "nothing", 911, 1, &l), 1) ;
  assert_int_equal(l.n[OWNERSHIP_REFUSED], 1) ;
  assert_string_equal(l.path, "nothing") ;
}

static void a_long_pass_says_so (void **state)
{
  int dir = *(int *)*state ;
  struct log l ;
  struct ownership_order o =
    { .uid = 911, .gid = 911, .recursive = 1, .event = &note, .progress = &note_progress, .period_ms = 1, .data = &l } ;
  char const *path = "tree" ;
  int i = 0 ;
  memset(&l, 0, sizeof l) ;
  make_trees(dir) ;
  for (; i < 5000 ; i++)
  {
    char name[32] ;
    snprintf(name, sizeof name, "tree/%d", i) ;
    puts_in(dir, name, "") ;
  }
  assert_int_equal(ownership_change(&o, dir, &path, 1), 0) ;
  assert_in_range(l.progress, 1, 80) ;
  o.period_ms = 60000 ;
  l.progress = 0 ;
  assert_int_equal(ownership_change(&o, dir, &path, 1), 0) ;
  assert_int_equal(l.progress, 0) ;
}

/* Runs the hostile process beside many passes over tree. */
static void under_attack (int dir, void (*attack) (int), unsigned int rounds)
{
  unsigned int i = 0 ;
  struct log l ;
  pid_t pid = fork() ;
  if (!pid) for (;;) (*attack)(dir) ;
  for (; i < rounds ; i++)
  {
    give_id(dir, "tree", 911 + i % 2, 1, &l) ;
    if (owner(dir, "out/secret") || owner(dir, "out")) break ;
  }
  kill(pid, SIGKILL) ;
  assert_int_equal(waitpid(pid, 0, 0), pid) ;
  assert_int_equal(i, rounds) ;
  assert_int_equal(owner(dir, "out/secret"), 0) ;
  assert_int_equal(owner(dir, "out"), 0) ;
}

static void swap (int dir)
{
  renameat2(dir, "tree/d", dir, "tree/link", RENAME_EXCHANGE) ;
}

static void swapping_a_directory_for_a_link_gains_nothing (void **state)
{
  int dir = *(int *)*state ;
  make_trees(dir) ;
  assert_int_equal(symlinkat("../out", dir, "tree/link"), 0) ;
  under_attack(dir, &swap, 100) ;
}

static void swap_file (int dir)
{
  renameat2(dir, "tree/d/f", dir, "tree/link", RENAME_EXCHANGE) ;
}

static void swapping_a_file_for_a_link_gains_nothing (void **state)
{
  int dir = *(int *)*state ;
  make_trees(dir) ;
  assert_int_equal(symlinkat("../out/secret", dir, "tree/link"), 0) ;
  under_attack(dir, &swap_file, 100) ;
}

/* the second link is there when the name is looked up, and gone when the links are counted */
static void link_and_unlink (int dir)
{
  linkat(dir, "out/secret", dir, "tree/d/link", 0) ;
  unlinkat(dir, "tree/d/link", 0) ;
}

static void a_link_that_comes_and_goes_gains_nothing (void **state)
{
  int dir = *(int *)*state ;
  make_trees(dir) ;
  under_attack(dir, &link_and_unlink, 150) ;
}

/* one link in the tree that is met twice */
static void rename_link (int dir)
{
  renameat(dir, "tree/d/link", dir, "tree/other") ;
  renameat(dir, "tree/other", dir, "tree/d/link") ;
}

static void a_link_that_moves_gains_nothing (void **state)
{
  int dir = *(int *)*state ;
  make_trees(dir) ;
  assert_int_equal(linkat(dir, "out/secret", dir, "tree/d/link", 0), 0) ;
  under_attack(dir, &rename_link, 50) ;
}

static int as_root (void **state)
{
  (void)state ;
  return geteuid() ? -1 : 0 ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(links_are_changed_not_what_they_lead_to),
    SCRATCH(a_right_tree_is_not_written),
    SCRATCH(a_group_alone_leaves_the_user),
    SCRATCH(hard_links_count),
    SCRATCH(what_is_not_there_is_reported),
    SCRATCH(a_long_pass_says_so),
    SCRATCH(swapping_a_directory_for_a_link_gains_nothing),
    SCRATCH(swapping_a_file_for_a_link_gains_nothing),
    SCRATCH(a_link_that_comes_and_goes_gains_nothing),
    SCRATCH(a_link_that_moves_gains_nothing)
  } ;
  return cmocka_run_group_tests(tests, &as_root, 0) ;
}
