/* ISC license. */

/* The catch-all logger's run: s6-log on the fifo, as the owner of the log directory. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "contenv.h"
#include "execargs.h"
#include "paths.h"
#include "program.h"
#include "programs.h"
#include "variables.h"

/* -b: a write that fails is tried again; -p: only the end of the fifo ends it; -d3: it says when it is ready */
static char const *const s6_log[] = { "s6-log", "-bpd3", "--" } ;
#define S6_LOG_LEN (sizeof s6_log / sizeof s6_log[0])

static char const **script (size_t *ret_n)
{
  stralloc value = STRALLOC_ZERO ;
  char const **words ;
  int fd = open(PATH_CONTENV, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int has = fd >= 0 && contenv_get(fd, VAR_LOGGING_SCRIPT, &value) == 1 && value.len ;
  words = program_words(has ? value.s : LOGGING_SCRIPT_DEFAULT, ret_n) ;
  stralloc_free(&value) ;
  return words ;
}

/* Numbers from the directory, not the user's name: a remap of the user must not part the logger from its log. */
static int become_owner (char const *path)
{
  struct stat st ;
  if (stat(path, &st) == -1) return -1 ;
  if (geteuid() || !st.st_uid) return 0 ;
  return setgroups(1, &st.st_gid) == -1 || setgid(st.st_gid) == -1 || setuid(st.st_uid) == -1 ? -1 : 0 ;
}

/* Where logger.c has made it. */
static char const *directory (void)
{
  struct stat st ;
  return stat(PATH_STATE_LOGS, &st) == 0 ? PATH_STATE_LOGS : PATH_UNCAUGHT_LOGS ;
}

static void redirect (void)
{
  /* without O_NONBLOCK, the opening would wait for a writer */
  int fd = open(LOGGER_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (fd == -1 || ndelay_off(fd) == -1 || fd_move(0, fd) == -1) strerr_diefusys(EXIT_SYSTEM, "open " LOGGER_FIFO) ;
  /* ours was the fifo; s6-svscan has made standard error the container's own */
  if (fd_copy(1, 2) == -1) strerr_diefusys(EXIT_SYSTEM, "redirect the output of the logger") ;
}

int logger_run_main (int argc, char const *const *argv, char const *const *envp)
{
  char const *path = directory() ;
  char const **words ;
  char const **args ;
  size_t n, i = 0 ;
  (void)argc ; (void)argv ;
  PROG = LOGGER_SERVICE ;
  redirect() ;
  words = script(&n) ;
  args = words ? malloc((S6_LOG_LEN + n + 2) * sizeof *args) : 0 ;
  if (!args) strerr_diefusys(EXIT_SYSTEM, "read " VAR_LOGGING_SCRIPT) ;
  for (; i < S6_LOG_LEN ; i++) args[i] = s6_log[i] ;
  for (i = 0 ; i < n ; i++) args[S6_LOG_LEN + i] = words[i] ;
  args[S6_LOG_LEN + n] = path ;
  args[S6_LOG_LEN + n + 1] = 0 ;
  if (become_owner(path) == -1) strerr_diefusys(EXIT_SYSTEM, "become the owner of ", path) ;
  execve("/" ROOT_S6_LOG, execargs(args), execargs(envp)) ;
  strerr_diefusys(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, "exec /" ROOT_S6_LOG) ;
}
