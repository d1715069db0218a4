/* ISC license. */

/* pair ROUNDS PROGRAM_A PROGRAM_B [ARG...]: executes both, in turn, each with ARG, and measures from the exec to the exit. The environment is empty but for
   PATH. Prints "a_us b_us ratio": the medians, and the median of the ratio of B to A, round by round. */

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define USAGE "usage: pair ROUNDS PROGRAM_A PROGRAM_B [ARG...]"
#define ROUNDS_MAX 10000

static double now_us (void)
{
  struct timespec ts ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3 ;
}

static double run (char **argv)
{
  static char path[] = "PATH=/usr/bin:/bin" ;
  char *envp[] = { path, 0 } ;
  double start = now_us() ;
  int status ;
  /* the parent waits until the exec: what is measured begins there */
  pid_t pid = vfork() ;
  if (!pid)
  {
    execve(argv[0], argv, envp) ;
    _exit(127) ;
  }
  if (pid == -1 || waitpid(pid, &status, 0) != pid) err(111, "unable to run %s", argv[0]) ;
  if (status) errx(111, "%s failed", argv[0]) ;
  return now_us() - start ;
}

static int by_value (void const *a, void const *b)
{
  double x = *(double const *)a, y = *(double const *)b ;
  return x < y ? -1 : x > y ;
}

static double median (double *v, size_t n)
{
  qsort(v, n, sizeof *v, &by_value) ;
  return v[n / 2] ;
}

int main (int argc, char **argv)
{
  static double a[ROUNDS_MAX], b[ROUNDS_MAX], ratio[ROUNDS_MAX] ;
  size_t rounds, i = 0 ;
  char *programs[2] ;
  if (argc < 4) errx(100, USAGE) ;
  rounds = strtoul(argv[1], 0, 10) ;
  if (!rounds || rounds > ROUNDS_MAX) errx(100, USAGE) ;
  programs[0] = argv[2] ;
  programs[1] = argv[3] ;
  for (; i < rounds ; i++)
  {
    /* each goes first in turn */
    int first = i & 1 ;
    argv[3] = programs[first] ;
    *(first ? b + i : a + i) = run(argv + 3) ;
    argv[3] = programs[!first] ;
    *(first ? a + i : b + i) = run(argv + 3) ;
    ratio[i] = b[i] / a[i] ;
  }
  printf("%.0f\t%.0f\t%.2f\n", median(a, rounds), median(b, rounds), median(ratio, rounds)) ;
  return 0 ;
}
