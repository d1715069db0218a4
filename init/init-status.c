/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "paths.h"
#include "programs.h"

int init_status_main (int argc, char const *const *argv, char const *const *envp)
{
  stralloc sa = STRALLOC_ZERO ;
  char const *file = PATH_RUN "/" RUN_REPORT_TEXT ;
  int fd ;
  (void)envp ;
  PROG = "init-status" ;
  if (argc == 2 && !strcmp(argv[1], "--json")) file = PATH_RUN "/" RUN_REPORT_JSON ;
  else if (argc != 1) strerr_dieusage(EXIT_USER, INIT_STATUS_USAGE) ;
  fd = open(file, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1 && errno == ENOENT) strerr_dief(EXIT_USER, "there is no boot report ", file, ": was this container booted by stillroot?") ;
  if (fd == -1 || !slurp(&sa, fd)) strerr_diefusys(EXIT_SYSTEM, "read ", file) ;
  if (allwrite(1, sa.s, sa.len) < sa.len) strerr_diefusys(EXIT_SYSTEM, "write to stdout") ;
  return 0 ;
}
