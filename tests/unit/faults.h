/* ISC license. */

/* Runs a function in a child that is killed at a system call, or whose system calls of one kind fail. Sees what others wait for. */

#ifndef STILLROOT_TEST_FAULTS_H
#define STILLROOT_TEST_FAULTS_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "unit.h"

/* Runs f(dir) in a child, and kills it at the step-th stop, counted from 1: before and after each system call.
   Returns 1 when it was killed, 0 when it ended before, with 0. */
static inline int fault_kill (int (*f) (int), int dir, unsigned int step)
{
  int wstat ;
  pid_t pid = fork() ;
  assert_true(pid >= 0) ;
  if (!pid)
  {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) == -1 || raise(SIGSTOP)) _exit(99) ;
    _exit((*f)(dir)) ;
  }
  assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
  assert_true(WIFSTOPPED(wstat)) ;
  assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL), 0) ;
  for (;; step--)
  {
    if (!step) kill(pid, SIGKILL) ;
    else assert_int_equal(ptrace(PTRACE_SYSCALL, pid, 0, 0), 0) ;
    assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
    if (!WIFSTOPPED(wstat)) break ;
  }
  if (WIFSIGNALED(wstat) && WTERMSIG(wstat) == SIGKILL) return 1 ;
  assert_true(WIFEXITED(wstat)) ;
  assert_int_equal(WEXITSTATUS(wstat), 0) ;
  return 0 ;
}

/* Runs f(dir) in a child whose system calls number nr fail with errno e. Returns what f did. */
static inline int fault_errno (int (*f) (int), int dir, int nr, int e)
{
  struct sock_filter filter[] =
  {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)nr, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)e),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  } ;
  struct sock_fprog prog = { .len = sizeof filter / sizeof filter[0], .filter = filter } ;
  int wstat ;
  pid_t pid = fork() ;
  assert_true(pid >= 0) ;
  if (!pid)
  {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == -1) _exit(255) ;
    _exit((*f)(dir)) ;
  }
  assert_int_equal(waitpid(pid, &wstat, 0), pid) ;
  assert_true(WIFEXITED(wstat)) ;
  return WEXITSTATUS(wstat) ;
}

/* Whether the process has an inotify watch: waits for one who has a lock file. */
static inline int watches (pid_t pid)
{
  char line[256] ;
  int fd = 3, found = 0 ;
  for (; fd < 64 && !found ; fd++)
  {
    FILE *f ;
    snprintf(line, sizeof line, "/proc/%ld/fdinfo/%d", (long)pid, fd) ;
    f = fopen(line, "r") ;
    if (!f) continue ;
    while (fgets(line, sizeof line, f)) if (!strncmp(line, "inotify wd", 10)) found = 1 ;
    fclose(f) ;
  }
  return found ;
}

#endif
