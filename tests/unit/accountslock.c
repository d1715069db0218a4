/* ISC license. */

#include <poll.h>
#include <stdio.h>
#include <time.h>

#include "faults.h"
#include "accountslock.h"
#include "lockfile.h"
#include "paths.h"

static char const *const locks[] = { "etc/passwd.lock", "etc/group.lock", "etc/shadow.lock", "etc/gshadow.lock" } ;

#define NLOCKS (sizeof locks / sizeof locks[0])

static int setup (void **state)
{
  return scratch_setup(state) == -1 ? -1 : mkdirat(*(int *)*state, "etc", 0755) ;
}

#define ETC(f) cmocka_unit_test_setup_teardown(f, &setup, &scratch_teardown)

static pid_t child (void)
{
  pid_t pid = fork() ;
  assert_true(pid >= 0) ;
  if (!pid)
  {
    prctl(PR_SET_PDEATHSIG, SIGKILL) ;
    for (;;) pause() ;
  }
  return pid ;
}

static void end (pid_t pid)
{
  assert_int_equal(kill(pid, SIGKILL), 0) ;
  assert_int_equal(waitpid(pid, 0, 0), pid) ;
}

static void put_pid (int dir, char const *name, pid_t pid)
{
  char s[32] ;
  put(dir, name, s, (size_t)snprintf(s, sizeof s, "%ld", (long)pid) + 1, 0600) ;
}

/* Nothing but the file that stays. */
static void assert_free (int dir)
{
  char list[512] ;
  assert_int_equal(fstree_list(dir, "etc", list, sizeof list), 0) ;
  assert_int_equal(faccessat(dir, ROOT_PWD_LOCK_NEW, F_OK, 0), -1) ;
  assert_false(accountslock_exists(dir)) ;
  assert_int_equal(lockfile_holder(dir, ROOT_PWD_LOCK), 0) ;
}

static void take_and_release (int dir)
{
  char const *where = "nowhere" ;
  int lock = accountslock_take(dir, 0, &where) ;
  assert_string_equal(where, "nowhere") ;
  assert_true(lock >= 0) ;
  accountslock_release(dir, lock) ;
  assert_free(dir) ;
}

static void assert_refused (int dir, unsigned int ms, int e, char const *file)
{
  char const *where = "nowhere" ;
  errno = 0 ;
  assert_int_equal(accountslock_take(dir, ms, &where), -1) ;
  assert_int_equal(errno, e) ;
  assert_string_equal(where, file) ;
}

static int is_taken (int dir)
{
  return accountslock_exists(dir) && lockfile_holder(dir, ROOT_PWD_LOCK) == getppid() ;
}

static void the_locks_are_those_of_shadow_utils (void **state)
{
  int dir = *(int *)*state ;
  char const *where ;
  char s[32] ;
  size_t i = 0, len = (size_t)snprintf(s, sizeof s, "%ld", (long)getpid()) + 1 ;
  int lock, wstat ;
  pid_t pid ;
  assert_false(accountslock_exists(dir)) ;
  lock = accountslock_take(dir, 0, &where) ;
  assert_true(lock >= 0) ;
  for (; i < NLOCKS ; i++) assert_content(dir, locks[i], s, len) ;
  /* a process does not see its own lock */
  pid = fork() ;
  if (!pid) _exit(!is_taken(dir)) ;
  assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
  assert_int_equal(wstat, 0) ;
  accountslock_release(dir, lock) ;
  assert_free(dir) ;
}

static void stale_ones_are_taken_over (void **state)
{
  static char const *const contents[] = { "", "\n", "not a pid", "0", "-1", "12x", "999999999", "99999999999999999999", "4194305\n" } ;
  int dir = *(int *)*state ;
  pid_t dead = child() ;
  size_t i = 0, j ;
  end(dead) ;
  for (; i < NLOCKS ; i++)
  {
    assert_false(accountslock_exists(dir)) ;
    for (j = 0 ; j < sizeof contents / sizeof contents[0] ; j++)
    {
      puts_in(dir, locks[i], contents[j]) ;
      assert_true(accountslock_exists(dir)) ;
      take_and_release(dir) ;
    }
    put_pid(dir, locks[i], dead) ;
    take_and_release(dir) ;
    put_pid(dir, locks[i], getpid()) ;
    take_and_release(dir) ;
    put_pid(dir, locks[i], getppid()) ;
    take_and_release(dir) ;
  }
  /* what one who was killed left */
  puts_in(dir, ROOT_PWD_LOCK_NEW, "123") ;
  take_and_release(dir) ;
}

static void a_pid_that_came_again_is_stale (void **state)
{
  int dir = *(int *)*state ;
  pid_t pid = child() ;
  /* before that process, after the boot of the machine */
  struct timespec const old[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = time(0) - 10 } } ;
  put_pid(dir, locks[0], pid) ;
  assert_refused(dir, 0, EBUSY, locks[0]) ;
  assert_int_equal(utimensat(dir, locks[0], old, 0), 0) ;
  take_and_release(dir) ;
  end(pid) ;
}

static void a_living_one_is_respected (void **state)
{
  int dir = *(int *)*state ;
  pid_t pid = child() ;
  size_t i = 0 ;
  for (; i < NLOCKS ; i++)
  {
    char s[32] ;
    size_t j = 0 ;
    struct timespec a, b ;
    put_pid(dir, locks[i], pid) ;
    clock_gettime(CLOCK_MONOTONIC, &a) ;
    assert_refused(dir, 50, EBUSY, locks[i]) ;
    clock_gettime(CLOCK_MONOTONIC, &b) ;
    assert_true((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 >= 49) ;
    assert_content(dir, locks[i], s, (size_t)snprintf(s, sizeof s, "%ld", (long)pid) + 1) ;
    /* the others are free again */
    for (; j < NLOCKS ; j++) assert_int_equal(faccessat(dir, locks[j], F_OK, 0), i == j ? 0 : -1) ;
    assert_int_equal(faccessat(dir, ROOT_PWD_LOCK_NEW, F_OK, 0), -1) ;
    assert_int_equal(lockfile_holder(dir, ROOT_PWD_LOCK), 0) ;
    unlinkat(dir, locks[i], 0) ;
  }
  end(pid) ;
  assert_free(dir) ;
}

static void a_living_one_is_waited_for (void **state)
{
  int dir = *(int *)*state ;
  char const *where ;
  int lock, wstat ;
  pid_t pid = fork() ;
  if (!pid)
  {
    put_pid(dir, locks[1], getpid()) ;
    puts_in(dir, "ready", "") ;
    while (!watches(getppid())) poll(0, 0, 1) ;
    unlinkat(dir, locks[1], 0) ;
    pause() ;
  }
  while (faccessat(dir, "ready", F_OK, 0) == -1) poll(0, 0, 1) ;
  /* the test would hang, were the removal not seen */
  lock = accountslock_take(dir, 1000000000, &where) ;
  assert_true(lock >= 0) ;
  assert_int_equal(waitpid(pid, &wstat, WNOHANG), 0) ;
  accountslock_release(dir, lock) ;
  end(pid) ;
  assert_free(dir) ;
}

/* Whether the process waits for a lock of this kind. */
static int is_waiting (pid_t pid)
{
  char line[256], wanted[64] ;
  int found = 0 ;
  FILE *f = fopen("/proc/locks", "r") ;
  if (!f) return 0 ;
  snprintf(wanted, sizeof wanted, "WRITE %ld ", (long)pid) ;
  while (fgets(line, sizeof line, f)) if (strstr(line, "-> POSIX") && strstr(line, wanted)) found = 1 ;
  fclose(f) ;
  return found ;
}

static void the_lock_of_the_system_is_waited_for (void **state)
{
  int dir = *(int *)*state ;
  sigset_t alarms ;
  int fds[2], lock ;
  char const *where ;
  char c ;
  pid_t pid ;
  assert_int_equal(pipe(fds), 0) ;
  pid = fork() ;
  if (!pid)
  {
    pid_t parent = getppid() ;
    lock = lockfile_take(dir, ROOT_PWD_LOCK) ;
    prctl(PR_SET_PDEATHSIG, SIGKILL) ;
    if (lock == -1 || write(fds[1], "", 1) < 1) _exit(1) ;
    while (faccessat(dir, "refused", F_OK, 0) == -1 || !is_waiting(parent)) poll(0, 0, 1) ;
    close(lock) ;
    for (;;) pause() ;
  }
  assert_int_equal(read(fds[0], &c, 1), 1) ;
  assert_refused(dir, 0, EBUSY, ROOT_PWD_LOCK) ;
  assert_refused(dir, 50, EBUSY, ROOT_PWD_LOCK) ;
  /* as it may be inherited; the test would hang */
  sigemptyset(&alarms) ;
  sigaddset(&alarms, SIGALRM) ;
  assert_int_equal(sigprocmask(SIG_BLOCK, &alarms, 0), 0) ;
  assert_refused(dir, 50, EBUSY, ROOT_PWD_LOCK) ;
  assert_int_equal(sigprocmask(SIG_UNBLOCK, &alarms, 0), 0) ;
  assert_false(accountslock_exists(dir)) ;
  puts_in(dir, "refused", "") ;
  lock = accountslock_take(dir, 1000000000, &where) ;
  assert_true(lock >= 0) ;
  accountslock_release(dir, lock) ;
  end(pid) ;
  assert_free(dir) ;
  close(fds[0]) ;
  close(fds[1]) ;
}

static void what_is_no_lock_is_left (void **state)
{
  int dir = *(int *)*state ;
  puts_in(dir, "victim", "") ;
  assert_int_equal(symlinkat("../victim", dir, locks[2]), 0) ;
  assert_refused(dir, 0, ELOOP, locks[2]) ;
  assert_content(dir, "victim", "", 0) ;
  assert_int_equal(unlinkat(dir, locks[2], 0), 0) ;
  assert_int_equal(mkdirat(dir, locks[2], 0755), 0) ;
  assert_refused(dir, 0, EISDIR, locks[2]) ;
  assert_int_equal(unlinkat(dir, locks[2], AT_REMOVEDIR), 0) ;
  assert_int_equal(unlinkat(dir, ROOT_PWD_LOCK, 0), 0) ;
  assert_int_equal(symlinkat("../victim", dir, ROOT_PWD_LOCK), 0) ;
  assert_refused(dir, 0, ELOOP, ROOT_PWD_LOCK) ;
}

static int once (int dir)
{
  char const *where ;
  int lock = accountslock_take(dir, 0, &where) ;
  if (lock == -1) return 1 ;
  accountslock_release(dir, lock) ;
  return 0 ;
}

static void killed_anywhere_it_blocks_nobody (void **state)
{
  int dir = *(int *)*state ;
  unsigned int step = 1, left = 0 ;
  for (; fault_kill(&once, dir, step) ; step++)
  {
    left += (unsigned int)accountslock_exists(dir) ;
    take_and_release(dir) ;
  }
  /* or it was killed nowhere */
  assert_true(left > 8) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    ETC(the_locks_are_those_of_shadow_utils),
    ETC(stale_ones_are_taken_over),
    ETC(a_pid_that_came_again_is_stale),
    ETC(a_living_one_is_respected),
    ETC(a_living_one_is_waited_for),
    ETC(the_lock_of_the_system_is_waited_for),
    ETC(what_is_no_lock_is_left),
    ETC(killed_anywhere_it_blocks_nobody)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
