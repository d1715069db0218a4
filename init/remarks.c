/* ISC license. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "capabilities.h"
#include "obstacles.h"
#include "oneline.h"
#include "paths.h"
#include "reason.h"
#include "remarks.h"
#include "stages.h"
#include "variables.h"

/* Appends the strings as a line; values of others among them cannot begin a line of their own. */
#define line(sa, ...) line_strings((sa), (char const *const []){ __VA_ARGS__, 0 })
static void line_strings (stralloc *sa, char const *const *v)
{
  size_t start = sa->len ;
  reason_add(sa, "# ") ;
  reason_add_strings(sa, v) ;
  if (sa->len > start) oneline(sa->s + start, sa->len - start) ;
  reason_add(sa, "\n") ;
}

/* What the image or its user can ask for, and a stage may skip. */
static struct { char const *stage, *variable, *instead ; } const wishes[] =
{
  { "user-remap", VAR_PUID, "; applications run as 911:911, or all of it as another user with docker run --user" },
  { "user-remap", VAR_PGID, "" },
  { "umask", VAR_UMASK, "; services have 022" },
  { "custom-services", 0, "" },
  { "docker-mods", VAR_DOCKER_MODS, "; init-bake mods puts them into the image" },
  { "init-device-perms", VAR_DEVICES, "" },
  { "device-groups", VAR_DEVICES, "" }
} ;

/* Appends what is asked for, ends in NUL. Returns whether anything is. */
static int is_asked (struct look const *l, struct stage const *s, char const *variable, stralloc *what)
{
  char *value = variable ? look_variable(l, variable) : 0 ;
  what->len = 0 ;
  if (value) reason_add(what, variable, "=", value) ;
  else if (!variable) (*s->asked)(&l->boot, what) ;
  free(value) ;
  return what->len && stralloc_0(what) ;
}

/* What of it cannot be. */
static void judge_wishes (struct look const *l, stralloc *sa)
{
  stralloc what = STRALLOC_ZERO, why = STRALLOC_ZERO ;
  size_t i = 0 ;
  for (; i < sizeof wishes / sizeof wishes[0] ; i++)
  {
    struct stage const *s = stage_table + stage_find(wishes[i].stage) ;
    why.len = 0 ;
    if (!is_asked(l, s, wishes[i].variable, &what)) continue ;
    if (stage_is_unfit(&l->boot, s, &why) && stralloc_0(&why))
      line(sa, what.s, " is skipped (", s->name, "): ", why.s, l->boot.mode & BOOT_ROOT ? wishes[i].instead : "") ;
  }
  stralloc_free(&what) ;
  stralloc_free(&why) ;
}

static void add_run (struct look const *l, stralloc *sa)
{
  switch (l->run.step)
  {
    case RUNDIR_MOUNTED : line(sa, PATH_RUN " needs no mount: with the capability SYS_ADMIN, init makes one of its own") ; break ;
    case RUNDIR_DEV : line(sa, PATH_RUN " needs no mount: links lead from it to " PATH_STATEDIR_DEV ", in memory") ; break ;
    case RUNDIR_SHM :
      line(sa, PATH_RUN " needs no mount: links lead from it to " PATH_STATEDIR_SHM ", in memory."
        " Containers of one pod share that place: more than one like this need an emptyDir each, mounted on " PATH_RUN) ;
      break ;
    default : break ;
  }
}

static void add_capabilities (struct look const *l, stralloc *sa)
{
  stralloc names = STRALLOC_ZERO ;
  if (!(l->boot.mode & BOOT_ROOT)) return ;
  if (capabilities_missing(&l->boot.privileges, 0, CAPABILITIES_WANTED, ", ", &names) && stralloc_0(&names))
    line(sa, "Capabilities that init makes use of and does not have: ", names.s) ;
  else line(sa, "All capabilities that init makes use of are there") ;
  stralloc_free(&names) ;
}

void remarks_add (struct look const *l, stralloc *sa)
{
  stralloc why = STRALLOC_ZERO ;
  uid_t uid ;
  gid_t gid ;
  size_t i = 0 ;
  int fatal = 0 ;
  judge_wishes(l, sa) ;
  for (; i < obstacles_len ; i++)
  {
    why.len = 0 ;
    (*obstacles[i])(l, &why) ;
    if (!why.len || !stralloc_0(&why)) continue ;
    fatal = 1 ;
    line(sa, "It does not boot as it is run now: ", why.s) ;
  }
  if (!fatal) line(sa, "Nothing that can be seen from here keeps this container from booting as it is run now") ;
  if (l->boot.mode & BOOT_ROOT && accounts_user(l->boot.rootfd, APP_USER, &uid, &gid) == -1)
    line(sa, "The image has no usable user " APP_USER ", whom applications run as: run init-bake in the image build") ;
  add_capabilities(l, sa) ;
  add_run(l, sa) ;
  stralloc_free(&why) ;
}
