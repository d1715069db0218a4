/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "clock.h"
#include "paths.h"
#include "servicedir.h"
#include "services.h"
#include "svevent.h"
#include "variables.h"
#include "verbosity.h"

/* A service that has died this often before it held is in a crash loop. s6-supervise waits a second between two starts. */
#define DEATHS_MAX 3

/* s6-supervise says nothing on its event pipe when it cannot exec run, and tries again each 10 s: s6-supervise.c */
#define START_TIMEOUT 8000

static void report_service (struct boot const *b, struct service const *s, char const *status, char const *reason, unsigned int ms)
{
  if (report_set(b->report, REPORT_SERVICES, s->name, status, reason, ms) == -1)
    say_warningsys("keep the state of service ", s->name, " for the boot report") ;
}

static enum service_verdict fail (struct boot const *b, struct service *s, char const *why)
{
  int settled = s->settled ;
  s->state = SERVICE_FAILED ;
  s->settled = 1 ;
  s->deadline = tain_infinite ;
  /* the supervisor goes on restarting it; nobody listens any more */
  fd_close(s->eventfd) ;
  s->eventfd = -1 ;
  say_warning("service ", s->name, " ", why) ;
  report_service(b, s, "failed", why, clock_ms()) ;
  return settled ? VERDICT_NONE : VERDICT_FAILED ;
}

/* An up service is reported with the time it came up, not with the time until which it was watched. */
static enum service_verdict hold (struct boot const *b, struct service *s, char const *status)
{
  int settled = s->settled ;
  char why[64] = "" ;
  s->settled = 1 ;
  s->deadline = tain_infinite ;
  if (s->deaths)
  {
    snprintf(why, sizeof why, "after %u earlier deaths, exit code %d", s->deaths, s->code) ;
    say_info("service ", s->name, " is up ", why) ;
  }
  report_service(b, s, status, why, s->state == SERVICE_UP && !s->notifies ? s->since : clock_ms()) ;
  s->state = SERVICE_HELD ;
  return settled ? VERDICT_NONE : VERDICT_UP ;
}

static int bad (struct boot const *b, char const *name, enum servicedir_error why)
{
  char const *text = why == SERVICEDIR_SYSTEM ? strerror(errno) : servicedir_error_text(why) ;
  say_warning("service ", name, why == SERVICEDIR_SYSTEM ? " cannot be read: " : ": ", text) ;
  if (report_set(b->report, REPORT_SERVICES, name, "failed", text, clock_ms()) == -1)
    say_warningsys("keep the state of service ", name, " for the boot report") ;
  return -1 ;
}

int service_make (struct boot const *b, char const *name, int srcfd, char const *src, struct service *ret)
{
  struct service s = { .name = name, .node = 0, .dirfd = -1, .eventfd = -1, .state = SERVICE_SUPERVISED, .deadline = TAIN_INFINITE } ;
  char path[sizeof RUN_LEGACY_SERVICES + NAME_MAX + 1] ;
  enum servicedir_error e = servicedir_check(b->rootfd, name, srcfd, &s.notifies) ;
  int fd ;
  if (e) return bad(b, name, e) ;
  fd = openat(b->runfd, RUN_LEGACY_SERVICES, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return bad(b, name, SERVICEDIR_SYSTEM) ;
  if (servicedir_make(fd, name, srcfd, src, 1, &s.down) == -1) e = SERVICEDIR_SYSTEM ;
  fd_close(fd) ;
  if (e) return bad(b, name, e) ;
  snprintf(path, sizeof path, RUN_LEGACY_SERVICES "/%s", name) ;
  s.dirfd = openat(b->runfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (s.dirfd == -1) return bad(b, name, SERVICEDIR_SYSTEM) ;
  s.eventfd = svevent_subscribe(s.dirfd) ;
  if (s.eventfd == -1)
  {
    fd_close(s.dirfd) ;
    return bad(b, name, SERVICEDIR_SYSTEM) ;
  }
  *ret = s ;
  return 0 ;
}

int service_supervise (struct boot const *b, struct service const *s)
{
  char target[sizeof RUN_LEGACY_SERVICES + NAME_MAX + 4] ;
  char link[sizeof RUN_SCANDIR + NAME_MAX + 1] ;
  snprintf(target, sizeof target, "../" RUN_LEGACY_SERVICES "/%s", s->name) ;
  snprintf(link, sizeof link, RUN_SCANDIR "/%s", s->name) ;
  return symlinkat(target, b->runfd, link) ;
}

static enum service_verdict tell_start (struct boot const *b, struct service *s)
{
  if (svevent_control(s->dirfd, "u", 1) == -1) return fail(b, s, strerror(errno)) ;
  s->state = SERVICE_STARTING ;
  clock_deadline(&s->deadline, START_TIMEOUT) ;
  return VERDICT_NONE ;
}

enum service_verdict service_start (struct boot const *b, struct service *s)
{
  if (s->down) return hold(b, s, "down") ;
  /* A supervisor that looks for the file after this starts the service by itself, now and whenever it is restarted;
     one that has looked before announces itself afterwards, and is told to. */
  if (unlinkat(s->dirfd, "down", 0) == -1 && errno != ENOENT)
    say_warningsys("remove the down file of service ", s->name) ;
  s->state = SERVICE_WANTED ;
  if (s->supervisor) return tell_start(b, s) ;
  clock_deadline(&s->deadline, START_TIMEOUT) ;
  return VERDICT_NONE ;
}

static enum service_verdict died (struct boot const *b, struct service *s)
{
  s6_svstatus_t st ;
  char why[96] ;
  if (svevent_status(s->dirfd, &st) == 0) s->code = svevent_exitcode(st.wstat) ;
  s->deaths++ ;
  s->state = SERVICE_BACKOFF ;
  s->deadline = tain_infinite ;
  if (s->deaths < DEATHS_MAX) return VERDICT_NONE ;
  snprintf(why, sizeof why, "dies again and again: exit code %d, %u times; see its own messages above", s->code, s->deaths) ;
  return fail(b, s, why) ;
}

/* finish has ended. A supervisor that has been told to leave the service down (s6-svc -d or -O, often by the service itself) starts it
   no more: there is nothing to wait for. */
static enum service_verdict is_down (struct boot const *b, struct service *s)
{
  s6_svstatus_t st ;
  if (s->state != SERVICE_BACKOFF || svevent_status(s->dirfd, &st) == -1 || st.pid || st.flagfinishing || st.flagwantup) return VERDICT_NONE ;
  if (!s->settled) return fail(b, s, "has been told to stay down before it was ready") ;
  s->state = SERVICE_HELD ;
  say_info("service ", s->name, " has been told to stay down") ;
  report_service(b, s, "down", "told to stay down", clock_ms()) ;
  return VERDICT_NONE ;
}

static enum service_verdict came_up (struct boot const *b, struct service *s, unsigned int hold_ms)
{
  s->state = SERVICE_UP ;
  s->deadline = tain_infinite ;
  s->since = clock_ms() ;
  report_service(b, s, "up", "", s->since) ;
  if (s->notifies) return VERDICT_NONE ;
  clock_deadline(&s->deadline, hold_ms) ;
  if (s->settled) return VERDICT_NONE ;
  s->settled = 1 ;
  return VERDICT_UP ;
}

enum service_verdict service_event (struct boot const *b, struct service *s, unsigned int hold_ms)
{
  char buf[64] ;
  enum service_verdict verdict = VERDICT_NONE ;
  ssize_t n = svevent_read(s->eventfd, buf, sizeof buf) ;
  ssize_t i = 0 ;
  if (n == -1) return fail(b, s, strerror(errno)) ;
  for (; i < n && s->eventfd >= 0 ; i++)
  {
    enum service_verdict v = VERDICT_NONE ;
    switch (buf[i])
    {
      case 's' :
        s->supervisor = 1 ;
        if (s->state == SERVICE_WANTED) v = tell_start(b, s) ;
        break ;
      case 'u' : if (s->state != SERVICE_HELD) v = came_up(b, s, hold_ms) ; break ;
      case 'U' : v = hold(b, s, "ready") ; break ;
      /* one that held and dies before the boot is over has not held */
      case 'd' : if (s->state == SERVICE_UP || s->state == SERVICE_HELD) v = died(b, s) ; break ;
      case 'D' : v = is_down(b, s) ; break ;
      case 'O' : v = fail(b, s, "failed for good: its finish script exited 125") ; break ;
      case 'x' : s->supervisor = 0 ; break ;
      default : break ;
    }
    if (v != VERDICT_NONE) verdict = v ;
  }
  return verdict ;
}

enum service_verdict service_timeout (struct boot const *b, struct service *s)
{
  if (s->state == SERVICE_UP) return hold(b, s, "up") ;
  return fail(b, s, s->state == SERVICE_WANTED ? "has no supervisor: is s6-supervise in the image?" : "does not start: its run cannot be executed") ;
}

enum service_verdict service_give_up (struct boot const *b, struct service *s)
{
  return s->settled ? VERDICT_NONE : fail(b, s, "is not ready within " VAR_CMD_WAIT_MAXTIME) ;
}

int service_has_started (struct service const *s)
{
  return s->state >= SERVICE_UP ;
}

int service_is_settled (struct service const *s)
{
  return s->state == SERVICE_HELD || s->state == SERVICE_FAILED ;
}
