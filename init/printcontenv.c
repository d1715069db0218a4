/* ISC license. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "contenv.h"
#include "paths.h"
#include "programs.h"

int printcontenv_main (int argc, char const *const *argv, char const *const *envp)
{
  stralloc sa = STRALLOC_ZERO ;
  int fd, r ;
  (void)envp ;
  PROG = "printcontenv" ;
  if (argc != 2) strerr_dieusage(EXIT_USER, PRINTCONTENV_USAGE) ;
  if (!contenv_name_ok(argv[1], strlen(argv[1]))) strerr_dief(EXIT_USER, "not a variable name: ", argv[1]) ;
  fd = open(PATH_CONTENV, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) strerr_diefusys(EXIT_SYSTEM, "open " PATH_CONTENV) ;
  r = contenv_get(fd, argv[1], &sa) ;
  if (r == -1) strerr_diefusys(EXIT_SYSTEM, "read " PATH_CONTENV "/", argv[1]) ;
  if (!r) return 1 ;
  if (!stralloc_catb(&sa, "\n", 1) || allwrite(1, sa.s, sa.len) < sa.len) strerr_diefusys(EXIT_SYSTEM, "write to stdout") ;
  return 0 ;
}
