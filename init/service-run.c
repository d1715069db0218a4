/* ISC license. */

/* run and finish of a service whose own program needs help: it need not be executable nor name an interpreter, or it has pipes.
   They stand beside it, as SERVICE_SCRIPT and so on. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "execargs.h"
#include "paths.h"
#include "program.h"
#include "programs.h"
#include "scriptfile.h"
#include "servicemask.h"

/* s6-supervise gives finish four */
#define ARGUMENTS_MAX 8

/* Both ends are open at either side, so that neither waits for the other or gets SIGPIPE when that is restarted. */
static void open_pipe (char const *name, int to)
{
  int fd = open(name, O_RDWR | O_CLOEXEC) ;
  if (fd == -1 && errno == ENOENT) return ;
  if (fd == -1 || fd_move(to, fd) == -1) strerr_diefusys(EXIT_SYSTEM, "open the service's pipe ", name) ;
}

static void execute (char const *script, int argc, char const *const *argv) gccattr_noreturn ;
static void execute (char const *script, int argc, char const *const *argv)
{
  struct scriptfile f ;
  char const *args[4 + ARGUMENTS_MAX] ;
  size_t n = 1 ;
  int i = 1 ;
  int rootfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  char *path = realpath(script, 0) ;
  if (rootfd == -1 || !path || scriptfile_inspect(AT_FDCWD, script, &f) == -1)
    strerr_diefusys(EXIT_SYSTEM, "read the service's program ", path ? path : script) ;
  if (scriptfile_argv(&f, path, scriptfile_shell(rootfd), args) == -1)
    strerr_dief(EXIT_NOT_EXECUTABLE, path, " is not executable: chmod +x it") ;
  while (args[n]) n++ ;
  for (; i < argc && n < sizeof args / sizeof args[0] - 1 ; i++) args[n++] = argv[i] ;
  args[n] = 0 ;
  execvp(args[0], execargs(args)) ;
  strerr_diefusys(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, "exec ", args[0]) ;
}

int service_run_main (int argc, char const *const *argv, char const *const *envp)
{
  (void)envp ;
  PROG = argc > 1 ? argv[1] : "run" ;
  open_pipe(SERVICE_STDIN, 0) ;
  open_pipe(SERVICE_STDOUT, 1) ;
  if (servicemask_apply() == -1) strerr_warnwusys("set the umask") ;
  execute(SERVICE_SCRIPT, argc, argv) ;
}

int service_finish_main (int argc, char const *const *argv)
{
  PROG = argc > 3 ? argv[3] : "finish" ;
  execute(SERVICE_FINISH, argc, argv) ;
}
