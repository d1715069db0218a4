/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <skalibs/djbunix.h>

#include "definitions.h"
#include "filelist.h"
#include "paths.h"
#include "rc.h"
#include "rcdefinitions.h"
#include "scandir.h"
#include "verbosity.h"
#include "walknodes.h"

/* The row; or, where an image has replaced the stage that it is a part of, that stage: the part is up at once then. */
static size_t whole (struct walk const *w, size_t row)
{
  char const *of = stage_table[row].of ;
  return of && *of && walk_is_replaced(w, row) ? stage_find(of) : row ;
}

void definitions_depend (struct walk *w, size_t row)
{
  char const *const *after = stage_table[row].after ;
  size_t i = 0 ;
  for (; i < STAGE_AFTER_MAX && after[i] ; i++)
    if (after[i][0] != STAGE_WISH) walk_depend(w, row, whole(w, stage_find(after[i]))) ;
}

/* Whether an s6-rc definition has the name of the service of path. The hook of LinuxServer.io's images makes definitions of custom services
   itself, under the names that we give them. legacy: it is one of services.d. */
static int is_defined (struct walk *w, char const *name, char const *path, int legacy)
{
  size_t i = definitionset_find(&w->set, name) ;
  if (i == DEFINITIONSET_NONE || definitionset_node(&w->set, i)->kind != DEFINITION_LONGRUN) return 0 ;
  if (!legacy) say_info(name, " is an s6-rc definition already") ;
  else
  {
    say_warning("service ", path, " is left out: an s6-rc definition has its name; rename one of the two") ;
    walk_definition_failed(w) ;
  }
  return 1 ;
}

static void load_service (struct walk *w, char const *name, int fd, char const *path, int legacy, size_t anchor)
{
  /* custom services are s6-rc's longruns to who writes them */
  struct bootgraph_node n = { .name = strdup(name), .kind = BOOTGRAPH_LONGRUN, .legacy = legacy, .up = "", .down = "" } ;
  size_t node ;
  if (!n.name) rc_die(w->boot, "build the boot graph") ;
  node = walk_add(w, &n) ;
  walk_depend(w, node, anchor) ;
  walk_supervise(w, node, &(struct service_source){ .name = n.name, .fd = fd, .path = path }) ;
}

/* Adds what stands in the directory path (relative to rootfd) below the row anchor. A plain file is no definition. */
static void load_directory (struct walk *w, char const *path, int legacy, size_t anchor)
{
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
      if (!is_defined(w, name, src, legacy)) load_service(w, name, fd, src, legacy, anchor) ;
      fd_close(fd) ;
    }
    else if (errno != ENOTDIR) { say_warningsys("open service ", name) ; walk_definition_failed(w) ; }
  }
  filelist_free(&list) ;
}

/* New services are supervised from now on: s6-svscan is told, if it is there to be told. */
static void tell_svscan (struct walk *w)
{
  /* without a reader it makes its first scan later: see svscan_is_ready() */
  if (scandir_control(w->boot->runfd, "a", 1) == -1 && errno != ENXIO && errno != ENOENT)
    say_warningsys("make s6-svscan look for services") ;
}

int definitions_load (struct walk *w)
{
  char services[PATH_MAX] ;
  size_t i = stage_find(STAGE_DEFINITIONS) + 1 ;
  if (rcdefinitions_load(w) == -1) return -1 ;
  for (; i < stage_table_len ; i++) if (!walk_is_replaced(w, i)) definitions_depend(w, i) ;
  rcdefinitions_add_wishes(w) ;
  snprintf(services, sizeof services, "%s/" ETC_SERVICES, w->boot->etc) ;
  load_directory(w, services, 1, stage_find("legacy-services")) ;
  load_directory(w, ROOT_RUN "/" RUN_CUSTOM_SERVICES, 0, stage_find("init-services")) ;
  graph_begin(&w->graph) ;
  if (genalloc_len(struct walk_longrun, &w->longruns)) tell_svscan(w) ;
  return 0 ;
}

void definitions_load_base (struct walk *w, size_t row, char const *name)
{
  char src[sizeof ROOT_BASE_SERVICES + NAME_MAX + 2] ;
  struct bootgraph_node n = { .name = name, .kind = BOOTGRAPH_LONGRUN, .up = "", .down = "" } ;
  int fd ;
  snprintf(src, sizeof src, "/" ROOT_BASE_SERVICES "/%s", name) ;
  fd = openat(w->boot->rootfd, src + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  walk_become(w, row, &n) ;
  if (fd == -1)
  {
    say_warningsys("open service ", src) ;
    walk_definition_failed(w) ;
    return ;
  }
  walk_supervise(w, row, &(struct service_source){ .name = name, .fd = fd, .path = src }) ;
  fd_close(fd) ;
  tell_svscan(w) ;
}
