/* ISC license. */

#include <linux/capability.h>

#include "capabilities.h"

struct capability const capabilities_wanted[CAPABILITIES_WANTED] =
{
  { CAP_SETUID, "SETUID", "applications run as a user of their own" },
  { CAP_SETGID, "SETGID", "and with its groups" },
  { CAP_CHOWN, "CHOWN", "/config becomes that user's" },
  { CAP_DAC_OVERRIDE, "DAC_OVERRIDE", "what only another user can open is opened" },
  { CAP_FOWNER, "FOWNER", "modes of what another user owns are set" },
  { CAP_KILL, "KILL", "processes of other users are told to end" }
} ;

int capabilities_missing (struct privileges const *p, size_t from, size_t to, char const *separator, stralloc *names)
{
  size_t start = names->len ;
  for (; from < to ; from++)
  {
    if (privileges_has(p, capabilities_wanted[from].number)) continue ;
    if ((names->len > start && !stralloc_cats(names, separator)) || !stralloc_cats(names, capabilities_wanted[from].name)) return 0 ;
  }
  return names->len > start ;
}
