/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include <skalibs/djbunix.h>

#include "definitions.h"
#include "filelist.h"
#include "paths.h"
#include "rc.h"
#include "verbosity.h"

/* Adds what stands in the directory path (relative to rootfd) below the row anchor. A plain file is no definition. */
static void load_directory (struct walk *w, char const *path, char const *anchor)
{
  size_t node = graph_find(&w->graph, anchor) ;
  struct filelist list ;
  char const *name ;
  if (filelist_open(w->boot->rootfd, path, &filelist_by_name, &list) == -1)
  {
    say_warningsys("read /", path) ;
    walk_definition_failed(w) ;
    return ;
  }
  while ((name = filelist_next(&list)))
  {
    char src[PATH_MAX] ;
    int fd ;
    snprintf(src, sizeof src, "/%s/%s", path, name) ;
    fd = openat(w->boot->rootfd, src + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
    if (fd >= 0)
    {
      walk_add_service(w, name, fd, src, node) ;
      fd_close(fd) ;
    }
    else if (errno != ENOTDIR) { say_warningsys("open service ", name) ; walk_definition_failed(w) ; }
  }
  filelist_free(&list) ;
}

void definitions_load (struct walk *w)
{
  char services[PATH_MAX] ;
  snprintf(services, sizeof services, "%s/" ETC_SERVICES, w->boot->etc) ;
  load_directory(w, services, "legacy-services") ;
  load_directory(w, ROOT_RUN "/" RUN_CUSTOM_SERVICES, "init-services") ;
}

void definitions_load_base (struct walk *w, char const *name, size_t anchor)
{
  char src[sizeof ROOT_BASE_SERVICES + NAME_MAX + 2] ;
  int fd ;
  snprintf(src, sizeof src, "/" ROOT_BASE_SERVICES "/%s", name) ;
  fd = openat(w->boot->rootfd, src + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1)
  {
    say_warningsys("open service ", src) ;
    walk_definition_failed(w) ;
    return ;
  }
  walk_add_service(w, name, fd, src, anchor) ;
  fd_close(fd) ;
}
