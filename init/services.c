/* ISC license. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

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

/* Nor when it is told to leave a service down that is down just then: how often to look, milliseconds. */
#define LOOK_TIME 1500

static void report_service (struct boot const *b, struct service const *s, char const *status, char const *reason, unsigned int ms)
{
  if (report_set(b->report, REPORT_SERVICES, s->name, status, reason, ms) == -1)
    say_warningsys("keep the state of service ", s->name, " for the boot report") ;
}

/* between: stands between the name and why. */
static enum service_verdict fail (struct boot const *b, struct service *s, char const *between, char const *why)
{
  int settled = s->settled ;
  s->state = SERVICE_FAILED ;
  s->settled = 1 ;
  s->deadline = tain_infinite ;
  say_warning("service ", s->name, between, why) ;
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

/* In ms milliseconds, or when it must be ready if that is earlier. */
static void set_deadline (struct service *s, unsigned int ms)
{
  clock_deadline(&s->deadline, ms) ;
  if (!s->settled && tain_less(&s->up_by, &s->deadline)) s->deadline = s->up_by ;
}

static enum service_verdict died (struct boot const *b, struct service *s)
{
  s6_svstatus_t st ;
  char why[96] ;
  if (svevent_status(s->dirfd, &st) == 0) s->code = svevent_exitcode(st.wstat) ;
  s->deaths++ ;
  s->state = SERVICE_BACKOFF ;
  set_deadline(s, LOOK_TIME) ;
  if (s->deaths < DEATHS_MAX) return VERDICT_NONE ;
  snprintf(why, sizeof why, "dies again and again: exit code %d, %u times; see its own messages above", s->code, s->deaths) ;
  if (s->settled) return fail(b, s, " ", why) ;
  /* what waits for it goes on waiting: it may be waiting itself for something outside */
  if (s->deaths == DEATHS_MAX)
  {
    say_warning("service ", s->name, " ", why) ;
    report_service(b, s, "failing", why, clock_ms()) ;
  }
  return VERDICT_NONE ;
}

/* finish has ended. A supervisor that has been told to leave the service down (s6-svc -d or -O, often by the service itself) starts it
   no more: there is nothing to wait for. */
static enum service_verdict is_down (struct boot const *b, struct service *s)
{
  s6_svstatus_t st ;
  if (s->state != SERVICE_BACKOFF || svevent_status(s->dirfd, &st) == -1 || st.pid || st.flagfinishing || st.flagwantup) return VERDICT_NONE ;
  if (!s->settled) return fail(b, s, " ", "has been told to stay down before it was ready") ;
  s->state = SERVICE_HELD ;
  s->deadline = tain_infinite ;
  say_info("service ", s->name, " has been told to stay down") ;
  report_service(b, s, "down", "told to stay down", clock_ms()) ;
  return VERDICT_NONE ;
}

static enum service_verdict came_up (struct boot const *b, struct service *s, unsigned int hold_ms)
{
  s->state = SERVICE_UP ;
  s->deadline = s->settled ? tain_infinite : s->up_by ;
  s->since = clock_ms() ;
  report_service(b, s, "up", "", s->since) ;
  if (s->notifies) return VERDICT_NONE ;
  clock_deadline(&s->deadline, hold_ms) ;
  if (s->settled) return VERDICT_NONE ;
  s->settled = 1 ;
  return VERDICT_UP ;
}

static enum service_verdict tell_start (struct boot const *b, struct service *s, unsigned int hold_ms)
{
  s6_svstatus_t st ;
  if (svevent_control(s->dirfd, "u", 1) == -1) return fail(b, s, " ", strerror(errno)) ;
  /* somebody else has started it before its turn: no event is to come */
  if (svevent_status(s->dirfd, &st) == 0 && st.pid && !st.flagfinishing)
    return st.flagready ? hold(b, s, "ready") : came_up(b, s, hold_ms) ;
  s->state = SERVICE_STARTING ;
  set_deadline(s, START_TIMEOUT) ;
  return VERDICT_NONE ;
}

enum service_verdict service_start (struct boot const *b, struct service *s, unsigned int hold_ms)
{
  enum servicedir_error e ;
  if (s->down) return hold(b, s, "down") ;
  e = servicedir_check_run(b->rootfd, s->dirfd, s->helped ? SERVICE_SCRIPT : "run", s->helped) ;
  if (e) return fail(b, s, ": ", e == SERVICEDIR_SYSTEM ? strerror(errno) : servicedir_error_text(e)) ;
  if (s->timeout_up) clock_deadline(&s->up_by, s->timeout_up) ;
  /* A supervisor that looks for the file after this starts the service by itself, now and whenever it is restarted;
     one that has looked before announces itself afterwards, and is told to. */
  if (servicedir_let_up(s->dirfd) == -1)
    say_warningsys("remove the down file of service ", s->name) ;
  s->state = SERVICE_WANTED ;
  if (s->supervisor) return tell_start(b, s, hold_ms) ;
  set_deadline(s, START_TIMEOUT) ;
  return VERDICT_NONE ;
}

/* What the service has done, as its supervisor tells. */
static enum service_verdict service_did (struct boot const *b, struct service *s, char what, unsigned int hold_ms)
{
  switch (what)
  {
    case 'u' : return s->state == SERVICE_HELD ? VERDICT_NONE : came_up(b, s, hold_ms) ;
    case 'U' : return hold(b, s, "ready") ;
    /* one that held and dies before the boot is over has not held */
    case 'd' : return s->state == SERVICE_UP || s->state == SERVICE_HELD ? died(b, s) : VERDICT_NONE ;
    case 'D' : return is_down(b, s) ;
    case 'O' : return fail(b, s, " ", "failed for good: its finish script exited 125") ;
    default : return VERDICT_NONE ;
  }
}

/* Whether the supervisor that has announced itself did not find the down file: it starts the service by itself, or has done so. To tell it
   would start once more what has failed for good meanwhile. The letters from i on are those that it has sent since; more may be added. */
static int starts_by_itself (struct service const *s, char *buf, size_t max, ssize_t i, ssize_t *n)
{
  s6_svstatus_t st ;
  ssize_t r ;
  if (svevent_status(s->dirfd, &st) == 0 && st.flagwantup) return 1 ;
  r = svevent_read(s->eventfd, buf + *n, max - (size_t)*n) ;
  if (r > 0) *n += r ;
  return !!memchr(buf + i, 'u', (size_t)(*n - i)) ;
}

static void await_start (struct service *s)
{
  s->state = SERVICE_STARTING ;
  set_deadline(s, START_TIMEOUT) ;
}

enum service_verdict service_event (struct boot const *b, struct service *s, unsigned int hold_ms)
{
  char buf[128] ;
  enum service_verdict verdict = VERDICT_NONE ;
  ssize_t n = svevent_read(s->eventfd, buf, sizeof buf / 2) ;
  ssize_t i = 0 ;
  if (n == -1) return fail(b, s, " ", strerror(errno)) ;
  for (; i < n && s->state != SERVICE_FAILED ; i++)
  {
    enum service_verdict v = VERDICT_NONE ;
    if (buf[i] == 's' || buf[i] == 'x') s->supervisor = buf[i] == 's' ;
    if (buf[i] == 's' && s->state == SERVICE_WANTED)
    {
      if (starts_by_itself(s, buf, sizeof buf, i, &n)) await_start(s) ;
      else v = tell_start(b, s, hold_ms) ;
    }
    /* started by somebody else before its turn: tell_start() sees to it */
    else if (s->state != SERVICE_SUPERVISED) v = service_did(b, s, buf[i], hold_ms) ;
    if (v != VERDICT_NONE) verdict = v ;
  }
  return verdict ;
}

/* As s6-rc does: a service that has not become ready in time is told to stay down. */
static enum service_verdict too_late (struct boot const *b, struct service *s)
{
  /* a supervisor that cannot be told anything yet finds the file when it is there */
  if (servicedir_keep_down(s->dirfd) == -1 || (svevent_control(s->dirfd, "d", 1) == -1 && errno != ENOENT && errno != ENXIO))
    say_warningsys("tell service ", s->name, " to stay down") ;
  return fail(b, s, " ", "is not ready within its timeout-up: told to stay down") ;
}

enum service_verdict service_timeout (struct boot const *b, struct service *s)
{
  if (!s->settled && !tain_future(&s->up_by)) return too_late(b, s) ;
  if (s->state == SERVICE_UP) return hold(b, s, "up") ;
  if (s->state == SERVICE_BACKOFF)
  {
    set_deadline(s, LOOK_TIME) ;
    return is_down(b, s) ;
  }
  return fail(b, s, " ", s->state == SERVICE_WANTED ? "has no supervisor: is s6-supervise in the image?" : "does not start: its run cannot be executed") ;
}

enum service_verdict service_give_up (struct boot const *b, struct service *s)
{
  return s->settled ? VERDICT_NONE : fail(b, s, " ", "is not ready within " VAR_CMD_WAIT_MAXTIME) ;
}

int service_has_started (struct service const *s)
{
  return s->state >= SERVICE_UP ;
}

int service_is_troubled (struct service const *s)
{
  return !s->settled && s->deaths >= DEATHS_MAX ;
}

int service_is_settled (struct service const *s)
{
  return s->state == SERVICE_HELD || s->state == SERVICE_FAILED ;
}
