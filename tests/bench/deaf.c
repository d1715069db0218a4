/* ISC license. */

/* A service that is ready and ignores SIGTERM: what a stop waits for, and then kills. */

#include <signal.h>
#include <unistd.h>

int main (void)
{
  if (signal(SIGTERM, SIG_IGN) == SIG_ERR || write(3, "\n", 1) != 1) return 111 ;
  close(3) ;
  for (;;) pause() ;
}
