/* ISC license. */

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/alloc.h>
#include <skalibs/sig.h>
#include <skalibs/stralloc.h>

#include "command.h"
#include "console.h"
#include "contenv.h"
#include "program.h"
#include "variables.h"

static void take_terminal (void)
{
  setpgid(0, 0) ;
  if (!isatty(0)) return ;
  /* from a background process group, tcsetpgrp stops its caller unless SIGTTOU is ignored: tcsetpgrp(3) */
  sig_ignore(SIGTTOU) ;
  tcsetpgrp(0, getpid()) ;
  sig_restore(SIGTTOU) ;
}

/* Returns cmd behind the words of S6_CMD_ARG0, allocated where there are any; 0 and errno when there is no memory. */
static char const *const *with_arg0 (int contenvfd, char const *const *cmd)
{
  stralloc arg0 = STRALLOC_ZERO ;
  char const **words ;
  char const **all ;
  size_t n, len = 0 ;
  if (contenv_get(contenvfd, VAR_CMD_ARG0, &arg0) != 1) return cmd ;
  words = program_words(arg0.s, &n) ;
  stralloc_free(&arg0) ;
  if (!words) return 0 ;
  while (cmd[len]) len++ ;
  all = alloc((n + len + 1) * sizeof *all) ;
  if (!all) return 0 ;
  memcpy(all, words, n * sizeof *words) ;
  memcpy(all + n, cmd, (len + 1) * sizeof *cmd) ;
  return all ;
}

pid_t command_spawn (struct boot const *b, char const *const *cmd)
{
  char const *const *argv = with_arg0(b->contenvfd, cmd) ;
  pid_t pid = argv ? fork() : -1 ;
  if (pid) return pid ;
  take_terminal() ;
  console_give(b) ;
  program_exec(b->contenvfd, argv) ;
}
