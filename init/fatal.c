/* ISC license. */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/strerr.h>

#include "fatal.h"
#include "paths.h"

static int console = -1 ;
static void (*last) (void) = 0 ;

static void cat (char *line, size_t *len, size_t max, char const *s)
{
  size_t n = strlen(s) ;
  if (n > max - *len) n = max - *len ;
  memcpy(line + *len, s, n) ;
  *len += n ;
}

static size_t compose (char *line, size_t max, int e, char const *a, char const *b, char const *remedy)
{
  size_t len = 0 ;
  max-- ;
  cat(line, &len, max, PROG) ;
  cat(line, &len, max, ": fatal: ") ;
  cat(line, &len, max, a) ;
  cat(line, &len, max, b) ;
  if (e) { cat(line, &len, max, ": ") ; cat(line, &len, max, strerror(e)) ; }
  if (remedy[0]) { cat(line, &len, max, "; ") ; cat(line, &len, max, remedy) ; }
  line[len++] = '\n' ;
  return len ;
}

/* The console first: the other one, a pipe to the logger, can be full. */
static void print (char const *line, size_t len)
{
  if (console >= 0) allwrite(console, line, len) ;
  allwrite(2, line, len) ;
}

void fatal_console (int fd)
{
  console = fd ;
}

void fatal_print (int e, char const *a, char const *b, char const *remedy)
{
  char line[1024] ;
  print(line, compose(line, sizeof line, e, a, b, remedy)) ;
}

void fatal_say (int e, char const *a, char const *b, char const *remedy)
{
  struct stat st ;
  char line[1024] ;
  size_t len = compose(line, sizeof line, e, a, b, remedy) ;
  int fd ;
  print(line, len) ;
  /* only a file that the runtime has put there: never created, no link followed, no device or fifo that could block */
  fd = open(PATH_TERMINATION_LOG, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) allwrite(fd, line, len) ;
  if (fd >= 0) close(fd) ;
}

void fatal_undo (void (*undo) (void))
{
  last = undo ;
}

void fatal (int code, int e, char const *a, char const *b, char const *remedy)
{
  fatal_say(e, a, b, remedy) ;
  if (last) (*last)() ;
  _exit(code) ;
}
