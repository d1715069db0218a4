/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/sig.h>

#include "contenv.h"
#include "environment.h"
#include "execargs.h"
#include "fatal.h"
#include "filelimit.h"
#include "nulldevice.h"
#include "paths.h"
#include "program.h"
#include "variables.h"
#include "verbosity.h"

#define BLANKS " \t\n"

static int stderrfd = -1 ;

/* Services have PATH, or all where S6_KEEP_ENV says so. */
static int oneshot_environment (int contenvfd, char const *name)
{
  /* the same as in the boot, wherever s6-rc is called, and by whom */
  umask(022) ;
  if (chdir("/") == -1) return -1 ;
  if ((contenv_boolean(contenvfd, VAR_KEEP_ENV) ? environment_load(contenvfd) : environment_reduce(contenvfd)) == -1) return -1 ;
  return setenv("RC_NAME", name, 1) ;
}

/* For the oneshot of that name, or 0. Returns only when it cannot be done: what could not, with errno. */
static char const *attempt (int contenvfd, char const *const *argv, char const *oneshot)
{
  sig_blocknone() ;
  sig_restore(SIGPIPE) ;
  sig_restore(SIGXFSZ) ;
  /* a shell that starts the runtime in the background has it ignore these */
  sig_restore(SIGINT) ;
  sig_restore(SIGQUIT) ;
  if ((oneshot ? oneshot_environment(contenvfd, oneshot) : environment_load(contenvfd)) == -1) return "unable to read the environment for " ;
  /* not before: what we have open may be more */
  filelimit_restore() ;
  execvp(argv[0], execargs(argv)) ;
  return "unable to exec " ;
}

static char const *hint (int e)
{
  return e == ENOENT ? "is it, and the interpreter of its first line, in the image and on PATH?" : e == EACCES ? "chmod +x it in the image" : "" ;
}

static int exit_code (int e)
{
  return e == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE ;
}

void program_exec (int contenvfd, char const *const *argv)
{
  char const *what = attempt(contenvfd, argv, 0) ;
  int e = errno ;
  /* the container ends with it */
  fatal(exit_code(e), e, what, argv[0], hint(e)) ;
}

void program_stderr (int fd)
{
  stderrfd = fd ;
}

static pid_t spawn (int contenvfd, char const *const *argv, int stdoutfd, char const *oneshot)
{
  char const *what ;
  int null, e ;
  pid_t pid = fork() ;
  if (pid) return pid ;
  setsid() ;
  /* the standard input is the CMD's */
  null = nulldevice_open(O_RDONLY) ;
  if (null == -1 || fd_move(0, null) == -1) close(0) ;
  if (stderrfd >= 0) fd_copy(2, stderrfd) ;
  if (stdoutfd >= 0 && fd_copy(1, stdoutfd) == -1) _exit(EXIT_NOT_EXECUTABLE) ;
  what = attempt(contenvfd, argv, oneshot) ;
  e = errno ;
  /* whoever has started it says what that means for the rest */
  say_warning(what, argv[0], ": ", strerror(e), *hint(e) ? "; " : "", hint(e)) ;
  _exit(exit_code(e)) ;
}

pid_t program_spawn (int contenvfd, char const *const *argv, int stdoutfd)
{
  return spawn(contenvfd, argv, stdoutfd, 0) ;
}

pid_t program_spawn_oneshot (int contenvfd, char const *name, char const *const *argv)
{
  return spawn(contenvfd, argv, -1, name) ;
}

char const **program_words (char const *s, size_t *ret_n)
{
  size_t len = strlen(s), n = 0, i = 0 ;
  /* at most every second byte begins a word */
  size_t max = len / 2 + 2 ;
  char const **argv = malloc(max * sizeof *argv + len + 1) ;
  char *copy ;
  if (!argv) return 0 ;
  copy = (char *)(argv + max) ;
  memcpy(copy, s, len + 1) ;
  for (;;)
  {
    i += strspn(copy + i, BLANKS) ;
    if (!copy[i]) break ;
    argv[n++] = copy + i ;
    i += strcspn(copy + i, BLANKS) ;
    if (!copy[i]) break ;
    copy[i++] = 0 ;
  }
  argv[n] = 0 ;
  *ret_n = n ;
  return argv ;
}
