/* ISC license. */

/* spawn chain|wide N PROGRAM: what N oneshots cost without an init. PROGRAM runs N times, one after the other or all at once; then this is the
   bench's service: one line on stdout, and nothing until SIGTERM. */

#include <err.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define USAGE "usage: spawn chain|wide N PROGRAM"

static void reap (void)
{
  int status ;
  if (wait(&status) == -1 || status) errx(111, "a program failed") ;
}

int main (int argc, char **argv, char **envp)
{
  static char const line[] = "bench-service ready\n" ;
  unsigned long n, i = 0 ;
  int chain, sig ;
  sigset_t set ;
  if (argc != 4) errx(100, USAGE) ;
  chain = !strcmp(argv[1], "chain") ;
  n = strtoul(argv[2], 0, 10) ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGTERM) ;
  sigprocmask(SIG_BLOCK, &set, 0) ;
  for (; i < n ; i++)
  {
    pid_t pid ;
    if (posix_spawn(&pid, argv[3], 0, 0, argv + 3, envp)) errx(111, "unable to spawn %s", argv[3]) ;
    if (chain) reap() ;
  }
  if (!chain) for (i = 0 ; i < n ; i++) reap() ;
  if (write(1, line, sizeof line - 1) != (ssize_t)sizeof line - 1) return 111 ;
  do if (sigwait(&set, &sig)) return 111 ; while (sig != SIGTERM) ;
  return 0 ;
}
