/* ISC license. */

#include <errno.h>
#include <string.h>

#include <skalibs/types.h>

#include "accounts.h"
#include "atomicfile.h"
#include "capabilities.h"
#include "contenv.h"
#include "paths.h"
#include "reason.h"
#include "remedies.h"
#include "settings.h"
#include "variables.h"
#include "verbosity.h"

#define BLANKS " \t\r\n"

/* An octal mask of permission bits. */
static int is_umask (char const *s)
{
  size_t len = strlen(s) ;
  return len && len <= 4 && strspn(s, "01234567") == len && (len < 4 || s[0] == '0') ;
}

static int is_id (char const *s)
{
  unsigned int id ;
  return accounts_id_scan(s, strlen(s), &id) ;
}

static struct { char const *name ; int (*check) (char const *) ; char const *wants ; } const settings[] =
{
  { VAR_PUID, &is_id, "a number from 0 to 4294967294" },
  { VAR_PGID, &is_id, "a number from 0 to 4294967294" },
  { VAR_UMASK, &is_umask, "an octal number from 000 to 777" }
} ;

/* Takes the blanks around the value away, in the environment too. Returns 1, 0 when it is unset or empty, -1 and sets errno. */
static int trimmed (struct boot const *b, char const *name, stralloc *value)
{
  size_t skip, len ;
  int r = contenv_get(b->contenvfd, name, value) ;
  if (r <= 0) return r ;
  skip = strspn(value->s, BLANKS) ;
  len = strlen(value->s + skip) ;
  while (len && strchr(BLANKS, value->s[skip + len - 1])) len-- ;
  if (len == value->len) return len != 0 ;
  memmove(value->s, value->s + skip, len) ;
  value->s[value->len = len] = 0 ;
  return contenv_set(b->contenvfd, name, value->s, len) == -1 ? -1 : len != 0 ;
}

char const *settings_wanted (char const *name, char const *value)
{
  size_t i = 0 ;
  for (; i < sizeof settings / sizeof settings[0] ; i++)
    if (!strcmp(settings[i].name, name)) return (*settings[i].check)(value) ? 0 : settings[i].wants ;
  return 0 ;
}

enum stage_result stage_settings (struct boot const *b, struct script *script, stralloc *reason)
{
  stralloc value = STRALLOC_ZERO ;
  size_t i = 0 ;
  (void)script ;
  for (; i < sizeof settings / sizeof settings[0] && !reason->len ; i++)
  {
    int r ;
    value.len = 0 ;
    r = trimmed(b, settings[i].name, &value) ;
    if (r == -1) reason_errno(reason, settings[i].name) ;
    else if (r && !(*settings[i].check)(value.s))
      reason_add(reason, settings[i].name, " is not ", settings[i].wants, ": \"", value.s, "\"; " REMEDY_VARIABLE) ;
  }
  value.len = 0 ;
  if (!reason->len && contenv_get(b->contenvfd, VAR_PUID, &value) == 1 && value.len && strspn(value.s, "0") == value.len)
    say_warning(VAR_PUID " is 0: applications run as root; choose another user") ;
  stralloc_free(&value) ;
  return reason->len ? STAGE_FATAL : STAGE_DONE ;
}

static char const *const numbers[] =
{
  VAR_CUSTOM_TIMEOUT, VAR_BEHAVIOUR, VAR_READYTIME, VAR_SERVICES_GRACETIME, VAR_KILL_GRACETIME, VAR_FINISH_MAXTIME, VAR_CMD_WAIT_MAXTIME,
  VAR_VERBOSITY, VAR_WAIT_FD, VAR_MODS_TIMEOUT
} ;

enum stage_result stage_numbers (struct boot const *b, struct script *script, stralloc *reason)
{
  stralloc value = STRALLOC_ZERO ;
  size_t i = 0 ;
  (void)script ;
  for (; i < sizeof numbers / sizeof numbers[0] ; i++)
  {
    unsigned int n ;
    value.len = 0 ;
    if (trimmed(b, numbers[i], &value) != 1 || uint0_scan(value.s, &n)) continue ;
    say_warning(numbers[i], " is not a number: \"", value.s, "\": its default is used") ;
    reason_item(reason, numbers[i], " ignored") ;
  }
  stralloc_free(&value) ;
  return STAGE_DONE ;
}

enum stage_result stage_capabilities (struct boot const *b, struct script *script, stralloc *reason)
{
  stralloc names = STRALLOC_ZERO ;
  enum stage_result result = STAGE_DONE ;
  (void)script ;
  if (capabilities_missing(&b->privileges, 0, CAPABILITIES_NEEDED, " and ", &names) && stralloc_0(&names))
  {
    /* where nobody has asked for the user, an image may run all of it as root */
    if (contenv_is_set(b->contenvfd, VAR_PUID) || contenv_is_set(b->contenvfd, VAR_PGID))
    {
      result = STAGE_FATAL ;
      reason_add(reason, VAR_PUID " or " VAR_PGID " is set, but capabilities that this takes are missing: ", names.s,
        "; " REMEDY_CAPS) ;
    }
    else say_warning("applications cannot be run as the user abc: the capabilities ", names.s,
      " are missing; add them with --cap-add, or run the container as another user: --user UID:GID") ;
  }
  names.len = 0 ;
  if (result == STAGE_DONE && capabilities_missing(&b->privileges, CAPABILITIES_NEEDED, CAPABILITIES_WANTED, ", ", &names) && stralloc_0(&names))
    say_info("optional capabilities that are missing: ", names.s) ;
  stralloc_free(&names) ;
  return result ;
}

enum stage_result stage_umask (struct boot const *b, struct script *script, stralloc *reason)
{
  stralloc value = STRALLOC_ZERO ;
  int ok = contenv_get(b->contenvfd, VAR_UMASK, &value) == 1 && atomicfile_write(b->runfd, RUN_UMASK, value.s, value.len, 0644) == 0 ;
  (void)script ;
  if (!ok) reason_errno(reason, "unable to write " PATH_RUN "/" RUN_UMASK) ;
  stralloc_free(&value) ;
  return ok ? STAGE_DONE : STAGE_FAILED ;
}
