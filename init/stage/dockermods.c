/* ISC license. */

#include <skalibs/types.h>

#include "dockermods.h"
#include "paths.h"
#include "reason.h"

enum stage_result stage_docker_mods (struct boot const *b, struct script *script, stralloc *reason)
{
  static char const *const argv[] = { PATH_MODS_EXE, "boot", 0 } ;
  char fmt[UINT_FMT] ;
  (void)b ;
  if (!script->argv)
  {
    script->argv = argv ;
    return STAGE_RUNNING ;
  }
  if (!script->code) return STAGE_DONE ;
  fmt[uint_fmt(fmt, (unsigned int)script->code)] = 0 ;
  /* each of them has had its line */
  reason_add(reason, "not all mods are applied (" PATH_MODS_EXE " exited ", fmt, ")") ;
  script->exit_code = script->code ;
  return STAGE_INCOMPLETE ;
}
