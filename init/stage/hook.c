/* ISC license. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/types.h>

#include "contenv.h"
#include "hook.h"
#include "program.h"
#include "reason.h"
#include "variables.h"
#include "verbosity.h"

static enum stage_result begin (struct boot const *b, struct script *script, stralloc *reason)
{
  stralloc value = STRALLOC_ZERO ;
  char const **words = 0 ;
  size_t n = 0 ;
  if (contenv_get(b->contenvfd, VAR_STAGE2_HOOK, &value) == 1) words = program_words(value.s, &n) ;
  stralloc_free(&value) ;
  if (!words)
  {
    reason_errno(reason, VAR_STAGE2_HOOK) ;
    return STAGE_INCOMPLETE ;
  }
  if (!n)
  {
    free(words) ;
    return STAGE_DONE ;
  }
  script->state = words ;
  script->argv = words ;
  return STAGE_RUNNING ;
}

enum stage_result stage_hook (struct boot const *b, struct script *script, stralloc *reason)
{
  char fmt[UINT_FMT] ;
  if (!script->state) return begin(b, script, reason) ;
  fmt[uint_fmt(fmt, (unsigned int)script->code)] = 0 ;
  if (!script->code) say_info("hook ", script->argv[0], " exited 0") ;
  else reason_add(reason, "hook ", script->argv[0], " exited ", fmt) ;
  script->exit_code = script->code ;
  free(script->state) ;
  return script->code ? STAGE_INCOMPLETE : STAGE_DONE ;
}
