/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/sig.h>
#include <skalibs/types.h>

#include "execargs.h"
#include "fatal.h"
#include "filelist.h"
#include "logger.h"
#include "nulldevice.h"
#include "paths.h"
#include "svscan.h"
#include "verbosity.h"

/* s6-svscan supervises 500 services unless it is told of more, which is told only where there are: room for them may cost memory. What a
   hook may add to them has the margin. */
#define SVSCAN_SERVICES 500
#define SERVICES_MARGIN 100

static size_t count_entries (struct boot const *b, char const *directory)
{
  char path[PATH_MAX] ;
  struct filelist list ;
  size_t n ;
  snprintf(path, sizeof path, "%s/%s", b->etc, directory) ;
  if (filelist_open(b->rootfd, path, &filelist_by_name, &list) == -1) return 0 ;
  n = (size_t)list.n ;
  filelist_free(&list) ;
  return n ;
}

void svscan_exec (struct boot const *b, char const *const *envp, int readyfd)
{
  char fmt[UINT_FMT] ;
  char console[UINT_FMT] ;
  char max[UINT_FMT] ;
  char const *argv[10] = { "s6-svscan", "-d", fmt } ;
  size_t services = count_entries(b, ETC_DEFINITIONS) + count_entries(b, ETC_SERVICES) + SERVICES_MARGIN ;
  size_t n = 3 ;
  int null = nulldevice_open(O_RDONLY) ;
  fmt[uint_fmt(fmt, (unsigned int)readyfd)] = 0 ;
  if (b->logger)
  {
    /* for the logger's own messages and for finish; no other process inherits it */
    if (uncoe(b->logger->errfd) == -1) say_warningsys("keep the container's standard error") ;
    console[uint_fmt(console, (unsigned int)b->logger->errfd)] = 0 ;
    argv[n++] = "-X" ;
    argv[n++] = console ;
  }
  if (services > SVSCAN_SERVICES)
  {
    max[uint_fmt(max, (unsigned int)services)] = 0 ;
    argv[n++] = "-c" ;
    argv[n++] = max ;
  }
  argv[n++] = "--" ;
  argv[n++] = PATH_SCANDIR ;
  /* stdin is the CMD's; a service that read from it would take its input */
  if (null == -1 || fd_move(0, null) == -1) say_warningsys("take the standard input from the services") ;
  sig_restore(SIGXFSZ) ;
  execve(PATH_SVSCAN, execargs(argv), execargs(envp)) ;
  fatal(errno == ENOENT ? EXIT_USER : EXIT_SYSTEM, errno, "unable to exec ", PATH_SVSCAN, "run init-bake in the image build") ;
}
