/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>

#include "accessat.h"
#include "console.h"
#include "contenv.h"
#include "fatal.h"
#include "logger.h"
#include "nulldevice.h"
#include "paths.h"
#include "program.h"
#include "variables.h"
#include "verbosity.h"

void console_copy (struct boot const *b, char const *line)
{
  stralloc sa = STRALLOC_ZERO ;
  if (!b->logger || b->logger->level != 1 || b->logger->state == LOGGER_FAILED) return ;
  /* at once: the CMD writes there too */
  if (stralloc_cats(&sa, line) && stralloc_catb(&sa, "\n", 1)) allwrite(b->logger->errfd, sa.s, sa.len) ;
  stralloc_free(&sa) ;
}

void console_give (struct boot const *b)
{
  struct logger const *l = b->logger ;
  int tty ;
  if (!l || l->state == LOGGER_FAILED) return ;
  if (l->level == 1)
  {
    fd_copy(1, l->outfd) ;
    fd_copy(2, l->errfd) ;
    fatal_console(-1) ;
    return ;
  }
  tty = isatty(l->outfd) ? l->outfd : isatty(l->errfd) ? l->errfd : -1 ;
  if (tty == -1 || !contenv_boolean(b->contenvfd, VAR_CMD_USE_TERMINAL)) return ;
  fd_copy(1, tty) ;
  fd_copy(2, tty) ;
  fatal_console(-1) ;
}

/* A descriptor of what stands in /run under the name, or -1 and errno. */
static int open_writer (int runfd, char const *name)
{
  return openat(runfd, name, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) ;
}

void console_detach (int runfd)
{
  int fd = open_writer(runfd, RUN_LOGGER_FIFO) ;
  /* ENXIO: the logger has ended, and with it what ours leads to */
  if (fd == -1 && errno == ENXIO) fd = open_writer(runfd, RUN_CONSOLE) ;
  if (fd == -1) return ;
  fd_move(2, fd) ;
  /* that is a decision for this program alone */
  program_stderr(1) ;
}

int console_return (int runfd)
{
  int fd ;
  if (accessat(runfd, RUN_LOGGER_FIFO, F_OK) == -1) return 0 ;
  fd = openat(runfd, RUN_CONSOLE, O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC) ;
  if (fd == -1) fd = nulldevice_open(O_WRONLY | O_CLOEXEC) ;
  if (fd == -1) return 1 ;
  fd_copy(1, fd) ;
  fd_move(2, fd) ;
  fatal_console(-1) ;
  return 1 ;
}
