/* ISC license. */

#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <skalibs/buffer.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "programs.h"
#include "variables.h"
#include "version.h"

#define USAGE "stillroot --version | --variables | PROGRAM [ARGUMENTS...]; programs: init with-contenv printcontenv lsiown init-status init-bake s6-rc halt"

/* usage 0: a program that no person calls, or whose arguments are all another's */
static struct program { char const *name ; program_func *main ; char const *usage ; } const programs[] =
{
  { "init", &init_main, 0 },
  { "with-contenv", &with_contenv_main, WITH_CONTENV_USAGE },
  { "printcontenv", &printcontenv_main, PRINTCONTENV_USAGE },
  { "lsiown", &lsiown_main, LSIOWN_USAGE },
  { "init-status", &init_status_main, INIT_STATUS_USAGE },
  { "init-bake", &init_bake_main, INIT_BAKE_USAGE },
  { "s6-rc", &s6_rc_main, S6_RC_USAGE },
  { "halt", &halt_main, HALT_USAGE },
  { "poweroff", &halt_main, HALT_USAGE },
  { "reboot", &halt_main, HALT_USAGE },
  { "SIGTERM", &stop_main, 0 },
  { "SIGINT", &stop_main, 0 },
  { "SIGQUIT", &stop_main, 0 },
  { "SIGUSR1", &stop_main, 0 },
  { "SIGUSR2", &stop_main, 0 },
  { "SIGPWR", &stop_main, 0 },
  { "SIGWINCH", &stop_main, 0 },
  { "logger-run", &logger_run_main, 0 },
  { "run", &service_run_main, 0 },
  { "cron", &cron_main, 0 },
  { "finish", &finish_main, 0 },
  { "crash", &crash_main, 0 }
} ;

static struct program const *find (char const *path)
{
  char const *slash = strrchr(path, '/') ;
  char const *name = slash ? slash + 1 : path ;
  size_t i = 0 ;
  for (; i < sizeof programs / sizeof programs[0] ; i++)
    if (!strcmp(name, programs[i].name)) return programs + i ;
  return 0 ;
}

static int say (char const *a, char const *b)
{
  buffer_puts(buffer_1small, a) ;
  buffer_puts(buffer_1small, b) ;
  return buffer_putsflush(buffer_1small, "\n") ? 0 : EXIT_SYSTEM ;
}

static int run (struct program const *p, int argc, char const *const *argv)
{
  if (p->usage && argc == 2 && !strcmp(argv[1], "--help")) return say("usage: ", p->usage) ;
  return (*p->main)(argc, argv, (char const *const *)environ) ;
}

int main (int argc, char **argv)
{
  /* a runtime may leave argv[0] empty, or argv before Linux 5.18: what was executed has its name all the same */
  char const *const executed[2] = { (char const *)getauxval(AT_EXECFN), 0 } ;
  char const *const *args = argc ? (char const *const *)argv : executed ;
  struct program const *p = args[0] && args[0][0] ? find(args[0]) : executed[0] ? find(executed[0]) : 0 ;
  PROG = "stillroot" ;
  if (p) return run(p, argc, args) ;
  if (argc < 2) strerr_dieusage(EXIT_USER, USAGE) ;
  if (!strcmp(args[1], "--version")) return say("stillroot ", STILLROOT_VERSION) ;
  if (!strcmp(args[1], "--help")) return say("usage: ", USAGE) ;
  if (!strcmp(args[1], "--variables")) return variables_print() ? 0 : EXIT_SYSTEM ;
  p = find(args[1]) ;
  if (!p) strerr_dieusage(EXIT_USER, USAGE) ;
  return run(p, argc - 1, args + 1) ;
}
