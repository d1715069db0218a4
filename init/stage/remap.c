/* ISC license. */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/types.h>

#include "accounts.h"
#include "accountsedit.h"
#include "contenv.h"
#include "paths.h"
#include "reason.h"
#include "remedies.h"
#include "remap.h"
#include "variables.h"
#include "verbosity.h"

/* The id that the variable asks for; it has been checked, and where nothing has checked it, nothing acts on it either. */
static unsigned int wanted (struct boot const *b, char const *name)
{
  stralloc value = STRALLOC_ZERO ;
  unsigned int id = ID_DEFAULT ;
  if (contenv_get(b->contenvfd, name, &value) == 1) accounts_id_scan(value.s, value.len, &id) ;
  stralloc_free(&value) ;
  return id ;
}

/* Appends what the variable asks for where that is not so yet. known: whether there is a user to ask it for; current: its id, or 0:
   no one id, so that any value asks for something. */
static void add_wish (struct boot const *b, char const *name, unsigned int const *current, int known, stralloc *what)
{
  stralloc value = STRALLOC_ZERO ;
  unsigned int id = ID_DEFAULT ;
  int set = contenv_get(b->contenvfd, name, &value) == 1 && value.len ;
  /* what is no id differs from all */
  int same = current && (!set || accounts_id_scan(value.s, value.len, &id)) && id == *current ;
  if (set && !same) reason_add(what, what->len ? " " : "", name, "=", value.s) ;
  else if (known && !same) reason_add(what, what->len ? " " : "", name, " unset: 911") ;
  stralloc_free(&value) ;
}

/* Ids that abc already has ask for nothing; nor do unset ones of an image that has no abc, which says so elsewhere. */
int asked_user_remap (struct boot const *b, stralloc *what)
{
  uid_t uid ;
  gid_t gid, group ;
  int known = accounts_user(b->rootfd, APP_USER, &uid, &gid) == 0 && accounts_group(b->rootfd, APP_USER, &group) == 0 ;
  add_wish(b, VAR_PUID, known ? &uid : 0, known, what) ;
  add_wish(b, VAR_PGID, known && gid == group ? &gid : 0, known, what) ;
  return what->len != 0 ;
}

/* Makes the edits, or appends why they cannot be made, how to mend that, and else what not to ask for. */
static int apply (struct boot const *b, struct accountsedit const *edits, size_t n, char const *otherwise, stralloc *reason)
{
  char const *where, *remedy ;
  int r = accountsedit_apply(b->rootfd, edits, n, ACCOUNTS_WAIT_MS, &where) ;
  int e = errno ;
  if (r >= 0) return r ;
  switch (e)
  {
    case ENOENT : remedy = "run init-bake in the image build" ; break ;
    case ENOSPC : remedy = "free some space" ; break ;
    case EBUSY : remedy = strstr(where, ".lock") ? "end the process that has it, or remove it" : REMEDY_MOUNT ; break ;
    default : remedy = "mend the file in the image" ;
  }
  reason_add(reason, "unable to change /", where, ": ", accountsedit_strerror(e), "; ", remedy, ", or ", otherwise) ;
  return -1 ;
}

enum stage_result stage_user_remap (struct boot const *b, struct script *script, stralloc *reason)
{
  struct accountsedit const edit =
    { .kind = ACCOUNTSEDIT_IDS, .name = APP_USER, .uid = wanted(b, VAR_PUID), .gid = wanted(b, VAR_PGID) } ;
  (void)script ;
  /* as another user than the one that was asked for, nothing is to run */
  if (apply(b, &edit, 1, "unset " VAR_PUID " and " VAR_PGID " " FLAGS_VARIABLE, reason) == -1) return STAGE_FATAL ;
  if (idmap_has(&b->privileges.gids, edit.gid) && contenv_give(b->contenvfd, edit.gid) == -1)
    say_warningsys("give " PATH_CONTENV " to the group " APP_USER) ;
  return STAGE_DONE ;
}

#define GROUPS_MAX 256

/* what the kernel shows in a user namespace for each gid that is not mapped there: user_namespaces(7) */
#define OVERFLOW_GID 65534

/* n: as accounts_groups_of() counts, which can be more than there are in the list. */
static int has (gid_t const *list, ssize_t n, gid_t gid)
{
  ssize_t i = 0 ;
  for (; i < n && i < GROUPS_MAX ; i++) if (list[i] == gid) return 1 ;
  return 0 ;
}

static int is_a_group (struct privileges const *p, gid_t gid)
{
  return gid && !(p->userns == 1 && gid == OVERFLOW_GID) ;
}

/* The gids that the container was given and abc does not have, at most GROUPS_MAX. */
static size_t added_groups (struct boot const *b, gid_t *ret)
{
  gid_t all[GROUPS_MAX], root[GROUPS_MAX], user[GROUPS_MAX] ;
  ssize_t nroot, nuser ;
  size_t found = 0 ;
  int i = 0 ;
  int n = getgroups(GROUPS_MAX, all) ;
  /* nearly always: nothing to read the files for */
  if (n <= 0) return 0 ;
  nroot = accounts_groups_of(b->rootfd, "root", root, GROUPS_MAX) ;
  nuser = accounts_groups_of(b->rootfd, APP_USER, user, GROUPS_MAX) ;
  if (nroot < 0 || nuser < 0) return 0 ;
  for (; i < n ; i++)
    if (is_a_group(&b->privileges, all[i]) && !has(root, nroot, all[i]) && !has(user, nuser, all[i])) ret[found++] = all[i] ;
  return found ;
}

int asked_user_groups (struct boot const *b, stralloc *what)
{
  gid_t gids[GROUPS_MAX] ;
  /* what runs as the container's user has its groups as they are */
  size_t n = b->privileges.euid ? 0 : added_groups(b, gids) ;
  size_t i = 0 ;
  for (; i < n ; i++)
  {
    char fmt[UINT_FMT] ;
    fmt[uint_fmt(fmt, gids[i])] = 0 ;
    reason_add(what, what->len ? ", " : "group ", fmt) ;
  }
  return n != 0 ;
}

enum stage_result stage_user_groups (struct boot const *b, struct script *script, stralloc *reason)
{
  struct accountsedit edits[2 * GROUPS_MAX] ;
  char names[GROUPS_MAX][ACCOUNTSEDIT_NAME_MAX] ;
  gid_t gids[GROUPS_MAX] ;
  size_t n = added_groups(b, gids) ;
  size_t nedits = 0, i = 0 ;
  (void)script ;
  for (; i < n ; i++) nedits += accountsedit_join(b->rootfd, gids[i], APP_USER, names[i], edits + nedits) ;
  return apply(b, edits, nedits, "start the container without the group", reason) == -1 ? STAGE_INCOMPLETE : STAGE_DONE ;
}
