/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "clock.h"
#include "fatal.h"
#include "stages.h"
#include "writability.h"

static void report (struct boot const *b, struct stage const *s, char const *status, char const *reason)
{
  if (report_set(b->report, REPORT_STAGES, s->name, status, reason, clock_ms()) == -1)
    strerr_warnwusys("keep the state of stage ", s->name, " for the boot report") ;
}

/* Why the stage cannot run here, appended to reason; 0: it can. */
static int unfit (struct boot const *b, struct stage const *s, stralloc *reason)
{
  int fd, e ;
  if (!(s->modes & b->mode))
    return stralloc_cats(reason, b->mode & BOOT_ROOT ? "the root file system is read-only" : "not running as root") ;
  if (!s->needs) return 0 ;
  fd = openat(b->rootfd, s->needs, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) e = errno ;
  else
  {
    enum writability w = writability_probe(fd, &e) ;
    fd_close(fd) ;
    if (w == WRITABLE || w == WRITABLE_FULL) return 0 ;
  }
  return stralloc_cats(reason, "/") && stralloc_cats(reason, s->needs) && stralloc_cats(reason, " is not writable (")
      && stralloc_cats(reason, strerror(e)) && stralloc_cats(reason, ")") ;
}

enum stage_result stage_run (struct boot const *b, struct stage const *s)
{
  stralloc what = STRALLOC_ZERO, reason = STRALLOC_ZERO ;
  enum stage_result result = STAGE_OK ;
  int asked = s->asked ? (*s->asked)(b, &what) : 0 ;
  if (!stralloc_0(&what))
  {
    strerr_warnwusys("run stage ", s->name) ;
    return STAGE_FAILED ;
  }
  if (s->asked && !asked) report(b, s, "done", "nothing to do") ;
  else if (unfit(b, s, &reason))
  {
    if (!stralloc_0(&reason)) reason.len = 0 ;
    report(b, s, "skipped", reason.s) ;
    if (asked) strerr_warni(s->name, " skipped: ", reason.s, ": ", what.s) ;
  }
  else if (s->run)
  {
    if ((*s->run)(b, &reason) == 0) report(b, s, "done", asked ? what.s : "") ;
    else
    {
      report(b, s, "failed", reason.s) ;
      strerr_warnw(s->name, ": ", reason.s) ;
      result = STAGE_FAILED ;
    }
  }
  else if (asked)
  {
    report(b, s, "failed", "this version of stillroot cannot do it") ;
    if (!stralloc_cats(&reason, ": this version of stillroot cannot do it yet: ") || !stralloc_cat(&reason, &what)) reason.len = 0 ;
    fatal_say(0, s->name, reason.len ? reason.s : ": asked for", "remove it, or use a version that can") ;
    result = STAGE_MISSING ;
  }
  else report(b, s, "done", "") ;
  stralloc_free(&what) ;
  stralloc_free(&reason) ;
  return result ;
}
