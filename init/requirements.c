/* ISC license. */

#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include "capabilities.h"
#include "oneline.h"
#include "paths.h"
#include "reason.h"
#include "requirements.h"
#include "runfault.h"
#include "settings.h"
#include "stages.h"
#include "variables.h"

/* The strings as one. */
#define text(...) text_strings((char const *const []){ __VA_ARGS__, 0 })
static char const *text_strings (char const *const *v)
{
  stralloc sa = STRALLOC_ZERO ;
  reason_add_strings(&sa, v) ;
  oneline(sa.s, sa.len) ;
  return stralloc_0(&sa) ? sa.s : "" ;
}

static char const *number (unsigned int n)
{
  char fmt[UINT_FMT] ;
  fmt[uint_fmt(fmt, n)] = 0 ;
  return text(fmt) ;
}

static void add (struct requirements *r, unsigned int kind, char const *a, char const *b, char const *why)
{
  if (r->n < REQUIREMENTS_MAX) r->needs[r->n++] = (struct snippet_need){ .kind = kind, .a = a, .b = b, .why = why } ;
}

static void add_user (struct requirements *r, struct look const *l)
{
  struct privileges const *p = &l->boot.privileges ;
  if (!p->euid) return ;
  add(r, NEED_USER, number(p->euid), number(p->egid), "as now: applications run as this user, whatever " VAR_PUID " and " VAR_PGID " are") ;
  if (p->egid) add(r, NEED_GROUP, number(p->egid), "", "what Kubernetes mounts is writable for that group") ;
}

/* What stands in for a tmpfs on /run needs no telling. */
static void add_run (struct requirements *r, struct look const *l)
{
  struct rundir const *run = &l->run ;
  stralloc fault = STRALLOC_ZERO ;
  char const *why = 0 ;
  int user = !!l->boot.privileges.euid ;
  switch (run->step)
  {
    case RUNDIR_NONE :
      runfault(run, l->run_errno, &fault) ;
      why = stralloc_0(&fault) ? text("missing: now " PATH_RUN, fault.s) : "missing" ;
      break ;
    case RUNDIR_AS_IS :
    case RUNDIR_REMOUNTED : why = "the state of init and of the services; it is right as it is now" ; break ;
    case RUNDIR_NOEXEC : why = "the state of init and of the services; it is right as it is now, noexec, too" ; break ;
    case RUNDIR_DISK : why = "without it, the environment with its secrets is on disk" ; break ;
    default : break ;
  }
  if (run->step != RUNDIR_NONE && !run->memory) why = "the state of init, with the secrets of the environment, is on disk now; so it is in memory" ;
  if (why && user) add(r, NEED_RUN_USER, PATH_RUN, number(l->boot.privileges.euid), why) ;
  if (why && !user) add(r, NEED_RUN, PATH_RUN, ROOT_RUN, why) ;
  stralloc_free(&fault) ;
  /* an emptyDir is writable for all, and not sticky */
  if (why && user && !l->boot.privileges.no_new_privs)
    add(r, NEED_NO_NEW_POD, "", "", "an emptyDir is everybody's: so nobody in the container can become another user and change it") ;
}

static void add_tmp (struct requirements *r, struct look const *l)
{
  if (!(l->boot.mode & (BOOT_RO | BOOT_NONROOT_RO))) return ;
  add(r, NEED_TMP, PATH_TMP, ROOT_TMP, look_can_write(l, ROOT_TMP) ? "most applications write there; it is right as it is now"
    : "missing: most applications write there, and cannot now; init itself does not") ;
}

/* Who has dropped all goes on doing so; else only what is missing is added. */
static void add_capabilities (struct requirements *r, struct look const *l)
{
  struct privileges const *p = &l->boot.privileges ;
  uint64_t others = p->capabilities ;
  size_t i = 0 ;
  if (p->euid) return ;
  for (; i < CAPABILITIES_WANTED ; i++) others &= ~(1ull << capabilities_wanted[i].number) ;
  if (!others) add(r, NEED_CAP_DROP, "", "", "as now: no other capability is needed") ;
  for (i = 0 ; i < CAPABILITIES_WANTED ; i++)
  {
    struct capability const *c = capabilities_wanted + i ;
    int has = privileges_has(p, c->number) ;
    if (!others || !has) add(r, NEED_CAP_ADD, c->name, "", has ? c->use : text("missing: ", c->use)) ;
  }
}

/* Those that count here, and have a value that can be used. */
static void add_settings (struct requirements *r, struct look const *l)
{
  static struct { char const *name, *stage, *use ; } const settings[] =
  {
    { VAR_PUID, "user-remap", "applications run as this user" },
    { VAR_PGID, "user-remap", "and as this group" },
    { VAR_UMASK, "umask", "services have this umask" }
  } ;
  stralloc why = STRALLOC_ZERO ;
  size_t i = 0 ;
  for (; i < sizeof settings / sizeof settings[0] ; i++)
  {
    char *value = look_variable(l, settings[i].name) ;
    if (value && !settings_wanted(settings[i].name, value) && !stage_is_unfit(&l->boot, stage_table + stage_find(settings[i].stage), &why))
      add(r, NEED_ENV, settings[i].name, value, settings[i].use) ;
  }
  stralloc_free(&why) ;
}

static void add_volume (struct requirements *r, struct look const *l)
{
  struct privileges const *p = &l->boot.privileges ;
  char const *why = "the data of the applications, which becomes their user's" ;
  if (!look_has_directory(l, ROOT_CONFIG)) return ;
  if (p->euid)
  {
    why = look_can_write(l, ROOT_CONFIG) ? "the data of the applications, writable as it is now"
      : text("the data of the applications; not writable now, which init cannot change: make it ", number(p->euid), ":", number(p->egid), "'s") ;
  }
  add(r, NEED_VOLUME, PATH_CONFIG, ROOT_CONFIG, why) ;
}

void requirements_find (struct requirements *r, struct look const *l)
{
  r->n = 0 ;
  if (l->boot.mode & (BOOT_RO | BOOT_NONROOT_RO)) add(r, NEED_READONLY, "", "", "as now") ;
  add_user(r, l) ;
  add_run(r, l) ;
  add_tmp(r, l) ;
  add_capabilities(r, l) ;
  if (l->boot.privileges.no_new_privs) add(r, NEED_NO_NEW, "", "", "as now: init does without new privileges") ;
  add_settings(r, l) ;
  add_volume(r, l) ;
}
