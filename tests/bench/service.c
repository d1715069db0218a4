/* ISC license. */

/* The service that every contestant of the bench runs: one line on stdout, readiness on fd 3 when it is open, then nothing until SIGTERM.
   Static and tiny, so that what is measured is the init. */

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

int main (void)
{
  static char const line[] = "bench-service ready\n" ;
  sigset_t set ;
  int sig ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGTERM) ;
  sigprocmask(SIG_BLOCK, &set, 0) ;
  if (write(1, line, sizeof line - 1) != (ssize_t)sizeof line - 1) return 111 ;
  /* not every contestant has fd 3: the result does not matter */
  if (write(3, "\n", 1) == 1) close(3) ;
  do if (sigwait(&set, &sig)) return 111 ; while (sig != SIGTERM) ;
  return 0 ;
}
