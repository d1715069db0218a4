/* ISC license.
   Usage: spend PROGRAM [ARGUMENT...]
   Prints what the program spent: microseconds, microseconds of processor time, kB resident at most. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now (void)
{
  struct timespec ts ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  return (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 ;
}

int main (int argc, char *const *argv)
{
  struct rusage u ;
  long long start = now(), end ;
  int status ;
  pid_t pid ;
  if (argc < 2) { fprintf(stderr, "usage: spend PROGRAM [ARGUMENT...]\n") ; return 100 ; }
  pid = fork() ;
  if (!pid)
  {
    /* its figures are what is on stdout */
    int fd = open("/dev/null", O_WRONLY) ;
    if (fd >= 0) dup2(fd, 1) ;
    execvp(argv[1], argv + 1) ;
    _exit(127) ;
  }
  if (pid == -1 || wait4(pid, &status, 0, &u) != pid) { perror("spend: fatal: unable to run it") ; return 111 ; }
  end = now() ;
  printf("%lld\t%lld\t%ld\n", end - start,
    (long long)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec, u.ru_maxrss) ;
  return status ? 1 : 0 ;
}
