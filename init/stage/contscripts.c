/* ISC license. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "contscripts.h"
#include "paths.h"
#include "reason.h"
#include "scriptdir.h"
#include "verbosity.h"

static void ended (struct scriptdir const *s, struct script *script, stralloc *reason)
{
  char fmt[UINT_FMT] ;
  fmt[uint_fmt(fmt, (unsigned int)script->code)] = 0 ;
  /* s6-overlay's lines */
  if (verbosity >= 2) strerr_warn("cont-init: info: ", s->path, " exited ", fmt) ;
  if (!script->code) return ;
  reason_item(reason, s->name, " exited ", fmt) ;
  if (!script->exit_code) script->exit_code = script->code ;
}

static struct scriptdir *begin (struct boot const *b)
{
  char dir[PATH_MAX] ;
  snprintf(dir, sizeof dir, "%s/" ETC_CONT_INIT, b->etc) ;
  return scriptdir_open(b->rootfd, dir, &filelist_by_name) ;
}

enum stage_result stage_cont_init (struct boot const *b, struct script *script, stralloc *reason)
{
  struct scriptdir *s = script->state ;
  if (s) ended(s, script, reason) ;
  else script->state = s = begin(b) ;
  if (!s)
  {
    reason_errno(reason, "unable to read the directory") ;
    return STAGE_FAILED ;
  }
  while (scriptdir_next(s))
  {
    /* a directory is no script; what cannot be executed says so itself */
    if (scriptdir_inspect(s) == -1 && errno == EISDIR) continue ;
    if (verbosity >= 2) strerr_warn("cont-init: info: running ", s->path) ;
    s->argv[0] = s->path ;
    s->argv[1] = 0 ;
    script->argv = s->argv ;
    return STAGE_RUNNING ;
  }
  scriptdir_free(s) ;
  return reason->len ? STAGE_INCOMPLETE : STAGE_DONE ;
}
