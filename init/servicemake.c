/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "clock.h"
#include "longrundir.h"
#include "paths.h"
#include "servicedir.h"
#include "services.h"
#include "svevent.h"
#include "verbosity.h"

/* From a definition to a live servicedir under supervision. */

static int bad (struct boot const *b, char const *name, enum servicedir_error why)
{
  char const *text = why == SERVICEDIR_SYSTEM ? strerror(errno) : servicedir_error_text(why) ;
  say_warning("service ", name, why == SERVICEDIR_SYSTEM ? " cannot be made: " : ": ", text) ;
  if (report_set(b->report, REPORT_SERVICES, name, "failed", text, clock_ms()) == -1)
    say_warningsys("keep the state of service ", name, " for the boot report") ;
  return -1 ;
}

static int make_legacy (struct boot const *b, struct service_source const *source, int *ret_down)
{
  int r, e ;
  int fd = openat(b->runfd, RUN_LEGACY_SERVICES, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  r = servicedir_make(fd, source->name, source->fd, source->path, 1, ret_down) ;
  e = errno ;
  fd_close(fd) ;
  return (errno = e, r) ;
}

static int make_longrun (struct boot const *b, struct service_source const *source, int *ret_helped)
{
  struct longrundir d =
  {
    .name = source->name, .srcfd = source->fd, .src = source->path,
    .reads = source->settings->reads, .consumer = source->settings->consumer
  } ;
  return longrundir_make(b->runfd, PATH_EXE, &d, ret_helped) ;
}

/* Links the servicedir into the scandir and subscribes to it. */
static int supervise (struct boot const *b, char const *parent, struct service *s)
{
  char path[sizeof RUN_LEGACY_SERVICES + sizeof RUN_SERVICEDIRS + NAME_MAX + 4] ;
  char link[sizeof RUN_SCANDIR + NAME_MAX + 1] ;
  int e ;
  snprintf(path, sizeof path, "../%s/%s", parent, s->name) ;
  snprintf(link, sizeof link, RUN_SCANDIR "/%s", s->name) ;
  s->dirfd = openat(b->runfd, path + sizeof "../" - 1, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (s->dirfd == -1) return -1 ;
  s->eventfd = svevent_subscribe(s->dirfd) ;
  if (s->eventfd >= 0 && symlinkat(path, b->runfd, link) == 0) return 0 ;
  e = errno ;
  if (s->eventfd >= 0) fd_close(s->eventfd) ;
  fd_close(s->dirfd) ;
  return (errno = e, -1) ;
}

int service_make (struct boot const *b, struct service_source const *source, struct service *ret)
{
  struct service s = { .name = source->name, .dirfd = -1, .eventfd = -1, .state = SERVICE_SUPERVISED, .deadline = TAIN_INFINITE, .up_by = TAIN_INFINITE } ;
  enum servicedir_error e ;
  if (source->settings)
  {
    s.notifies = source->settings->notifies ;
    s.timeout_up = source->settings->timeout_up ;
    e = servicedir_check_name(s.name) ;
  }
  else e = servicedir_check(s.name, source->fd, &s.notifies) ;
  if (e) return bad(b, s.name, e) ;
  if ((source->settings ? make_longrun(b, source, &s.helped) : make_legacy(b, source, &s.down)) == -1
   || supervise(b, source->settings ? RUN_SERVICEDIRS : RUN_LEGACY_SERVICES, &s) == -1) return bad(b, s.name, SERVICEDIR_SYSTEM) ;
  *ret = s ;
  return 0 ;
}
