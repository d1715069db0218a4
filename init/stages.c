/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "clock.h"
#include "fatal.h"
#include "oneline.h"
#include "processsignal.h"
#include "program.h"
#include "reason.h"
#include "stages.h"
#include "svevent.h"
#include "verbosity.h"
#include "writability.h"

static void report (struct boot const *b, struct stage const *s, char const *status, char const *reason)
{
  say_trace("stage ", s->name, ": ", status, reason[0] ? ": " : "", reason) ;
  if (report_set(b->report, REPORT_STAGES, s->name, status, reason, clock_ms()) == -1)
    say_warningsys("keep the state of stage ", s->name, " for the boot report") ;
}

int stage_is_unfit (struct boot const *b, struct stage const *s, stralloc *reason)
{
  int fd, e ;
  if (!(s->modes & b->mode))
  {
    reason_add(reason, b->mode & BOOT_ROOT ? "the root file system is read-only" : "not running as root") ;
    return 1 ;
  }
  if (!s->needs) return 0 ;
  fd = openat(b->rootfd, s->needs, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) e = errno ;
  else
  {
    enum writability w = writability_probe(fd, &e) ;
    fd_close(fd) ;
    if (w == WRITABLE || w == WRITABLE_FULL) return 0 ;
  }
  reason_add(reason, "/", s->needs, " is not writable (", strerror(e), ")") ;
  return 1 ;
}

/* Ends the text. */
static int finish_text (stralloc *sa)
{
  oneline(sa->s, sa->len) ;
  return stralloc_0(sa) ;
}

static enum stage_result end (struct stage_run *run, enum stage_result result)
{
  stralloc_free(&run->what) ;
  stralloc_free(&run->reason) ;
  return result ;
}

static enum stage_result skip (struct boot const *b, struct stage_run *run)
{
  char const *why = finish_text(&run->reason) ? run->reason.s : "" ;
  report(b, run->stage, "skipped", why) ;
  if (run->asked) say_info(run->stage->name, " skipped: ", why, ": ", run->what.s) ;
  run->asked = 0 ;
  return end(run, STAGE_DONE) ;
}

static enum stage_result conclude (struct boot const *b, struct stage_run *run, enum stage_result result)
{
  struct stage const *s = run->stage ;
  char const *why = finish_text(&run->reason) ? run->reason.s : "" ;
  stralloc line = STRALLOC_ZERO ;
  switch (result)
  {
    case STAGE_DONE : report(b, s, "done", why[0] ? why : run->asked ? run->what.s : "") ; break ;
    case STAGE_FATAL :
      report(b, s, "failed", why) ;
      reason_add(&line, ": ", why) ;
      fatal_say(0, s->name, stralloc_0(&line) ? line.s : "", "") ;
      stralloc_free(&line) ;
      break ;
    default :
      report(b, s, "failed", why) ;
      say_warning(s->name, ": ", why) ;
  }
  return end(run, result) ;
}

/* Lets the stage work until it has ended or a program of its runs. */
static enum stage_result work (struct boot const *b, struct stage_run *run)
{
  enum stage_result r = (*run->stage->run)(b, &run->script, &run->reason) ;
  if (r != STAGE_RUNNING) return conclude(b, run, r) ;
  run->script.timed_out = 0 ;
  run->deadline = tain_infinite ;
  run->pid = program_spawn(b->contenvfd, run->script.argv, run->script.stdoutfd) ;
  if (run->pid == -1)
  {
    run->pid = 0 ;
    reason_add(&run->reason, "unable to start ", run->script.argv[0], ": ", strerror(errno)) ;
    run->script.exit_code = EXIT_SYSTEM ;
    return conclude(b, run, STAGE_FAILED) ;
  }
  if (run->script.timeout) clock_deadline(&run->deadline, run->script.timeout) ;
  return STAGE_RUNNING ;
}

enum stage_result stage_begin (struct boot const *b, struct stage const *s, struct stage_run *run)
{
  *run = (struct stage_run)
    { .stage = s, .script = { .stdoutfd = -1 }, .what = STRALLOC_ZERO, .reason = STRALLOC_ZERO, .deadline = TAIN_INFINITE } ;
  run->asked = s->asked ? (*s->asked)(b, &run->what) : 0 ;
  if (!finish_text(&run->what)) return conclude(b, run, STAGE_FAILED) ;
  if (s->asked && !run->asked) reason_add(&run->reason, "nothing to do") ;
  else if (stage_is_unfit(b, s, &run->reason)) return skip(b, run) ;
  else if (s->run) return work(b, run) ;
  return conclude(b, run, STAGE_DONE) ;
}

void stage_replaced (struct boot const *b, struct stage const *s)
{
  report(b, s, "replaced", "by the image's own definition") ;
}

enum stage_result stage_program_ended (struct boot const *b, struct stage_run *run, int wstat)
{
  run->pid = 0 ;
  run->script.code = svevent_exitcode(wstat) ;
  if (!run->end) return work(b, run) ;
  run->reason.len = 0 ;
  reason_add(&run->reason, run->script.argv[0], ": ", run->end) ;
  return conclude(b, run, STAGE_FAILED) ;
}

void stage_program_late (struct stage_run *run)
{
  run->script.timed_out = 1 ;
  run->deadline = tain_infinite ;
  processsignal_send(run->pid, 1, SIGKILL) ;
}

void stage_end (struct stage_run *run, unsigned int ms, char const *why)
{
  run->end = why ;
  processsignal_end(run->pid, 1) ;
  clock_deadline(&run->deadline, ms) ;
}
