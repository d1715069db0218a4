/* ISC license. */

#include <string.h>
#include <unistd.h>

#include <skalibs/buffer.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "programs.h"
#include "version.h"

#define USAGE "stillroot PROGRAM [ARGUMENTS...]; programs: init with-contenv printcontenv init-status init-bake halt"

static struct { char const *name ; program_func *main ; } const programs[] =
{
  { "init", &init_main },
  { "with-contenv", &with_contenv_main },
  { "printcontenv", &printcontenv_main },
  { "init-status", &init_status_main },
  { "init-bake", &init_bake_main },
  { "halt", &halt_main },
  { "poweroff", &halt_main },
  { "reboot", &halt_main },
  { "SIGTERM", &stop_main },
  { "SIGINT", &stop_main },
  { "SIGQUIT", &stop_main },
  { "SIGUSR1", &stop_main },
  { "SIGUSR2", &stop_main },
  { "SIGPWR", &stop_main },
  { "finish", &finish_main },
  { "crash", &crash_main }
} ;

static program_func *find (char const *path)
{
  char const *slash = strrchr(path, '/') ;
  char const *name = slash ? slash + 1 : path ;
  size_t i = 0 ;
  for (; i < sizeof programs / sizeof programs[0] ; i++)
    if (!strcmp(name, programs[i].name)) return programs[i].main ;
  return 0 ;
}

int main (int argc, char **argv)
{
  char const *const *args = (char const *const *)argv ;
  program_func *f = argc ? find(args[0]) : 0 ;
  PROG = "stillroot" ;
  if (f) return (*f)(argc, args, (char const *const *)environ) ;
  if (argc < 2) strerr_dieusage(EXIT_USER, USAGE) ;
  if (!strcmp(args[1], "--version"))
  {
    buffer_putsflush(buffer_1small, "stillroot " STILLROOT_VERSION "\n") ;
    return 0 ;
  }
  f = find(args[1]) ;
  if (!f) strerr_dieusage(EXIT_USER, USAGE) ;
  return (*f)(argc - 1, args + 1, (char const *const *)environ) ;
}
