/* ISC license. */

/* Real trees of processes. What a test ends is below an actor, a process of its own that calls the library; strangers are below the test. */

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

#include "unit.h"
#include "clock.h"
#include "descendants.h"
#include "leftovers.h"
#include "processsignal.h"

#define GRACE_NEVER_OVER 600000
#define GRACE_SOON_OVER 50
#define OTHER_USER 911

/* so many that some of them lose their parent in the moment in which they are looked at */
#define GENERATIONS 100

/* Each process says a byte when it is there, which its actor waits for, and another when it is told to end, which the test hears. When the last
   one has ended, the second pipe does. */
static int ready[2] ;
static int told[2] ;

static void say (int const *fds, char c)
{
  if (write(fds[1], &c, 1) != 1) _exit(2) ;
}

/* 0: all who could say something have ended. */
static char hear (void)
{
  char c = 0 ;
  struct pollfd p = { .fd = told[0], .events = POLLIN } ;
  assert_int_equal(poll(&p, 1, 60000), 1) ;
  assert_true(read(told[0], &c, 1) >= 0) ;
  return c ;
}

static void hear_times (char c, unsigned int n)
{
  while (n--) assert_int_equal(hear(), c) ;
  assert_int_equal(hear(), 0) ;
}

static void begin_talk (void)
{
  assert_int_equal(pipe(ready), 0) ;
  assert_int_equal(pipe(told), 0) ;
}

static void wait_for_ever (void)
{
  for (;;) pause() ;
}

static void obey (int sig)
{
  (void)sig ;
  say(told, 'T') ;
  _exit(0) ;
}

static void polite (void)
{
  signal(SIGTERM, &obey) ;
  say(ready, 'r') ;
  wait_for_ever() ;
}

static void deaf (void)
{
  signal(SIGTERM, SIG_IGN) ;
  say(ready, 'r') ;
  wait_for_ever() ;
}

static void stopped (void)
{
  signal(SIGTERM, &obey) ;
  say(ready, 'r') ;
  raise(SIGSTOP) ;
  wait_for_ever() ;
}

static pid_t start (void (*f) (void))
{
  pid_t pid = fork() ;
  assert_true(pid >= 0) ;
  if (pid) return pid ;
  (*f)() ;
  _exit(0) ;
}

/* Returns when it is stopped: what stops itself after its SIGCONT stays so. */
static void start_stopped (void)
{
  siginfo_t si ;
  if (waitid(P_PID, (id_t)start(&stopped), &si, WSTOPPED | WNOWAIT) == -1) _exit(8) ;
}

/* Who is what its children are too, three deep. */
static void dynasty (void)
{
  if (!fork() && !fork()) polite() ;
  polite() ;
}

/* Each is the child of the one before. */
static void long_line (void)
{
  unsigned int n = GENERATIONS ;
  while (--n && !fork()) ;
  polite() ;
}

static void daemons (void)
{
  setsid() ;
  start(&polite) ;
  start(&deaf) ;
}

/* For each child that ends it has a new one. */
static void breeder (void)
{
  signal(SIGTERM, SIG_IGN) ;
  start(&deaf) ;
  start(&deaf) ;
  say(ready, 'r') ;
  for (;;) if (wait(0) > 0) start(&deaf) ;
}

static void other_user (void)
{
  if (setuid(OTHER_USER) == -1) _exit(1) ;
  deaf() ;
}

static void other_users (void)
{
  start(&other_user) ;
  deaf() ;
}

/* The actor is a child subreaper, as init is. */
static pid_t actor (void (*f) (void))
{
  pid_t pid = fork() ;
  assert_true(pid >= 0) ;
  if (pid) { close(told[1]) ; return pid ; }
  alarm(60) ;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1ul, 0ul, 0ul, 0ul) == -1) _exit(1) ;
  (*f)() ;
  _exit(0) ;
}

static void wait_ready (unsigned int n)
{
  char c ;
  while (n--) if (read(ready[0], &c, 1) != 1 || c != 'r') _exit(3) ;
}

static void assert_acted (pid_t pid)
{
  int wstat ;
  assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
  assert_int_equal(wstat, 0) ;
}

static pid_t stranger (void)
{
  pid_t pid = fork() ;
  if (pid) return pid ;
  prctl(PR_SET_PDEATHSIG, SIGKILL) ;
  close(told[1]) ;
  for (;;) pause() ;
}

static void assert_unharmed (pid_t pid)
{
  siginfo_t si = { .si_pid = 0 } ;
  assert_int_equal(waitid(P_PID, (id_t)pid, &si, WEXITED | WSTOPPED | WCONTINUED | WNOHANG), 0) ;
  assert_int_equal(si.si_pid, 0) ;
  kill(pid, SIGKILL) ;
  assert_int_equal(waitpid(pid, 0, 0), pid) ;
}

/* System calls that fail, as under an old kernel or a filter that does not know them. */
static void refuse (unsigned int number, unsigned int e)
{
  struct sock_filter filter[] =
  {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | e),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  } ;
  struct sock_fprog const program = { .len = sizeof filter / sizeof filter[0], .filter = filter } ;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1ul, 0ul, 0ul, 0ul) == -1 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1) _exit(4) ;
}

static void end (unsigned int grace)
{
  if (leftovers_end(grace) == -1) _exit(10) ;
}

static void end_all_kinds (void)
{
  start(&polite) ;
  start_stopped() ;
  start(&dynasty) ;
  start(&daemons) ;
  wait_ready(7) ;
  end(GRACE_SOON_OVER) ;
}

static void all_descendants_end_and_no_stranger (void **state)
{
  pid_t other, pid ;
  unsigned int n = 0 ;
  (void)state ;
  begin_talk() ;
  other = stranger() ;
  pid = actor(&end_all_kinds) ;
  while (hear()) n++ ;
  /* all but the deaf one said that they were told */
  assert_int_equal(n, 6) ;
  assert_acted(pid) ;
  assert_unharmed(other) ;
}

/* Hears all until none of them is left. */
static void assert_all_end (void (*how) (void))
{
  pid_t pid ;
  begin_talk() ;
  pid = actor(how) ;
  while (hear()) ;
  assert_acted(pid) ;
}

static void end_polite (void)
{
  start(&polite) ;
  start(&long_line) ;
  start_stopped() ;
  wait_ready(GENERATIONS + 2) ;
  end(GRACE_NEVER_OVER) ;
}

static void nothing_waits_for_more_than_the_last_one (void **state)
{
  pid_t pid ;
  (void)state ;
  begin_talk() ;
  pid = actor(&end_polite) ;
  hear_times('T', GENERATIONS + 2) ;
  assert_acted(pid) ;
}

static void end_nobody (void)
{
  end(GRACE_NEVER_OVER) ;
}

static void without_children_there_is_nothing_to_do (void **state)
{
  (void)state ;
  begin_talk() ;
  assert_acted(actor(&end_nobody)) ;
}

static void end_breeder (void)
{
  start(&breeder) ;
  wait_ready(3) ;
  end(GRACE_SOON_OVER) ;
}

static void what_appears_meanwhile_ends_too (void **state)
{
  (void)state ;
  assert_all_end(&end_breeder) ;
}

static void without_pidfd_open (void)
{
  refuse(SYS_pidfd_open, ENOSYS) ;
  start(&dynasty) ;
  start_stopped() ;
  wait_ready(4) ;
  end(GRACE_NEVER_OVER) ;
}

static void with_pidfd_open_filtered (void)
{
  refuse(SYS_pidfd_open, EPERM) ;
  start(&dynasty) ;
  start_stopped() ;
  wait_ready(4) ;
  end(GRACE_NEVER_OVER) ;
}

static void without_descriptors_each_is_told_as_it_becomes_a_child (void **state)
{
  void (*const how[]) (void) = { &without_pidfd_open, &with_pidfd_open_filtered } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof how / sizeof how[0] ; i++)
  {
    pid_t other, pid ;
    begin_talk() ;
    other = stranger() ;
    pid = actor(how[i]) ;
    hear_times('T', 4) ;
    assert_acted(pid) ;
    assert_unharmed(other) ;
  }
}

static void without_pidfd_open_deaf (void)
{
  refuse(SYS_pidfd_open, ENOSYS) ;
  start(&daemons) ;
  start(&breeder) ;
  wait_ready(5) ;
  end(GRACE_SOON_OVER) ;
}

static void without_descriptors_the_deaf_are_killed (void **state)
{
  (void)state ;
  assert_all_end(&without_pidfd_open_deaf) ;
}

static void drop (unsigned int cap)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 } ;
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] ;
  if (syscall(SYS_capget, &header, data) == -1) _exit(5) ;
  data[0].effective &= ~(1u << cap) ;
  data[0].permitted &= ~(1u << cap) ;
  if (syscall(SYS_capset, &header, data) == -1) _exit(5) ;
}

static void end_other_users (void)
{
  drop(CAP_KILL) ;
  start(&other_users) ;
  start(&other_user) ;
  wait_ready(3) ;
  end(GRACE_SOON_OVER) ;
  if (geteuid()) _exit(6) ;
}

static void without_the_capability_other_users_processes_end_too (void **state)
{
  (void)state ;
  assert_all_end(&end_other_users) ;
}

static void hide_proc (char const *options)
{
  if (unshare(CLONE_NEWNS) == -1 || mount(0, "/", 0, MS_REC | MS_PRIVATE, 0) == -1) _exit(7) ;
  if (mount(options ? "proc" : "tmpfs", "/proc", options ? "proc" : "tmpfs", 0, options) == -1) _exit(7) ;
}

static void end_hidden (void)
{
  /* the group sees all, and 0 is the default */
  hide_proc("hidepid=2,gid=1") ;
  drop(CAP_SYS_PTRACE) ;
  start(&other_user) ;
  wait_ready(1) ;
  end(GRACE_SOON_OVER) ;
}

static void children_that_proc_hides_end_too (void **state)
{
  (void)state ;
  assert_all_end(&end_hidden) ;
}

static void act_without_proc (void)
{
  pid_t pid = start(&deaf) ;
  wait_ready(1) ;
  hide_proc(0) ;
  if (leftovers_end(GRACE_NEVER_OVER) == 0 || errno != ENOENT) _exit(10) ;
  if (descendants_signal(getpid(), pid, SIGKILL) != -1 || errno != ENOENT) _exit(11) ;
  kill(pid, SIGKILL) ;
}

static void act_in_another_namespace (void)
{
  int wstat ;
  pid_t pid ;
  if (unshare(CLONE_NEWPID) == -1) _exit(7) ;
  pid = fork() ;
  if (pid) _exit(waitpid(pid, &wstat, 0) != pid || wstat) ;
  /* process 1 there */
  pid = fork() ;
  if (pid) _exit(waitpid(pid, &wstat, 0) != pid || wstat) ;
  pid = start(&deaf) ;
  wait_ready(1) ;
  if (descendants_signal_all(getpid(), SIGKILL, 0) != -1 || errno != ENOENT) _exit(11) ;
  _exit(kill(pid, SIGKILL) == -1) ;
}

static void without_a_proc_of_ours_nobody_is_signalled (void **state)
{
  void (*const how[]) (void) = { &act_without_proc, &act_in_another_namespace } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof how / sizeof how[0] ; i++)
  {
    pid_t other, pid ;
    begin_talk() ;
    other = stranger() ;
    pid = actor(how[i]) ;
    assert_acted(pid) ;
    assert_unharmed(other) ;
  }
}

static pid_t outsider ;

/* The caller is below the top as well. */
static void signal_from_below (void)
{
  pid_t top = getpid() ;
  pid_t sibling = start(&polite) ;
  pid_t foreigner = start(&other_user) ;
  pid_t pid ;
  wait_ready(2) ;
  pid = fork() ;
  if (!pid)
  {
    if (descendants_signal(top, outsider, SIGKILL)) _exit(11) ;
    if (descendants_signal(top, top, SIGKILL)) _exit(12) ;
    if (descendants_signal(getpid(), sibling, SIGKILL)) _exit(13) ;
    if (descendants_signal(top, sibling, SIGCONT) != 1) _exit(14) ;
    drop(CAP_KILL) ;
    if (descendants_signal(top, foreigner, SIGKILL) != 1) _exit(18) ;
    _exit(descendants_signal_all(top, SIGTERM, 0) == -1 ? 15 : 42) ;
  }
  for (;;)
  {
    int wstat ;
    pid_t r = wait(&wstat) ;
    if (r == -1) return ;
    if (r == pid && (!WIFEXITED(wstat) || WEXITSTATUS(wstat) != 42)) _exit(WIFEXITED(wstat) ? WEXITSTATUS(wstat) : 17) ;
    if (r == pid && descendants_signal(top, pid, SIGKILL)) _exit(16) ;
  }
}

static void neither_the_caller_nor_the_top_nor_who_is_not_below_gets_a_signal (void **state)
{
  pid_t pid ;
  (void)state ;
  begin_talk() ;
  outsider = stranger() ;
  pid = actor(&signal_from_below) ;
  hear_times('T', 1) ;
  assert_acted(pid) ;
  assert_unharmed(outsider) ;
}

/* Between the look at a process and the signal it ends, and a stranger gets its number. */
static int replace (pid_t pid, void const *data)
{
  struct clone_args args = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1 } ;
  pid_t *ret = *(pid_t *const *)data ;
  kill(pid, SIGKILL) ;
  waitpid(pid, 0, 0) ;
  *ret = (pid_t)syscall(SYS_clone3, &args, sizeof args) ;
  if (!*ret) for (;;) pause() ;
  return 1 ;
}

static void who_has_got_the_number_meanwhile_gets_no_signal (void **state)
{
  pid_t got = 0, *const ret = &got ;
  pid_t pid ;
  (void)state ;
  pid = stranger() ;
  assert_int_equal(processsignal_exactly(pid, SIGKILL, &replace, &ret), 0) ;
  assert_int_equal(got, pid) ;
  assert_unharmed(pid) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(all_descendants_end_and_no_stranger),
    cmocka_unit_test(nothing_waits_for_more_than_the_last_one),
    cmocka_unit_test(without_children_there_is_nothing_to_do),
    cmocka_unit_test(what_appears_meanwhile_ends_too),
    cmocka_unit_test(without_descriptors_each_is_told_as_it_becomes_a_child),
    cmocka_unit_test(without_descriptors_the_deaf_are_killed),
    cmocka_unit_test(without_the_capability_other_users_processes_end_too),
    cmocka_unit_test(children_that_proc_hides_end_too),
    cmocka_unit_test(without_a_proc_of_ours_nobody_is_signalled),
    cmocka_unit_test(neither_the_caller_nor_the_top_nor_who_is_not_below_gets_a_signal),
    cmocka_unit_test(who_has_got_the_number_meanwhile_gets_no_signal)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
