/* ISC license. */

#include "accounts.h"
#include "contenv.h"
#include "idmap.h"
#include "reason.h"
#include "remedies.h"
#include "usernamespace.h"
#include "variables.h"
#include "verbosity.h"

int asked_user_namespace (struct boot const *b, stralloc *what)
{
  if (b->privileges.userns != 1) return 0 ;
  reason_add(what, "uids ") ;
  if (idmap_format(&b->privileges.uids, what) && stralloc_cats(what, ", gids ")) idmap_format(&b->privileges.gids, what) ;
  return 1 ;
}

/* The id that the variable gives to abc. It has been checked. Returns whether it is set. */
static int wanted (struct boot const *b, char const *name, unsigned int *id)
{
  stralloc value = STRALLOC_ZERO ;
  int set = contenv_get(b->contenvfd, name, &value) == 1 && accounts_id_scan(value.s, value.len, id) ;
  stralloc_free(&value) ;
  return set ;
}

/* Appends what keeps programs from running as a user with these ids. Returns whether anything does. */
static int add_obstacles (struct boot const *b, uid_t uid, gid_t gid, char const *user, char const *group, stralloc *what)
{
  idmap_lack(&b->privileges.uids, &b->privileges.gids, uid, gid, user, group, what) ;
  if (b->privileges.setgroups_denied)
    reason_add(what, what->len ? ", and " : "", "setgroups is denied in this user namespace, so that s6-setuidgid fails in every service") ;
  return what->len != 0 ;
}

/* Where nobody has asked for the user, an image may run all of it as root. */
static enum stage_result warn (stralloc *reason)
{
  if (!stralloc_0(reason)) return STAGE_DONE ;
  say_warning("applications cannot be run as the user " APP_USER ": ", reason->s, "; " REMEDY_IDS) ;
  reason->len-- ;
  return STAGE_DONE ;
}

enum stage_result stage_user_namespace (struct boot const *b, struct script *script, stralloc *reason)
{
  unsigned int uid = ID_DEFAULT, gid = ID_DEFAULT ;
  int uid_set = wanted(b, VAR_PUID, &uid) ;
  int gid_set = wanted(b, VAR_PGID, &gid) ;
  (void)script ;
  if (!add_obstacles(b, uid, gid, uid_set ? VAR_PUID : "uid", gid_set ? VAR_PGID : "gid", reason)) return STAGE_DONE ;
  if (!uid_set && !gid_set) return warn(reason) ;
  reason_add(reason, b->privileges.setgroups_denied ? "; unset " : "; choose ", VAR_PUID " and " VAR_PGID,
    b->privileges.setgroups_denied ? "" : " that are mapped", " " FLAGS_VARIABLE ", or " REMEDY_IDS) ;
  return STAGE_FATAL ;
}

enum stage_result stage_image_namespace (struct boot const *b, struct script *script, stralloc *reason)
{
  uid_t uid ;
  gid_t gid ;
  (void)script ;
  /* an image without the user says so elsewhere */
  if (accounts_user(b->rootfd, APP_USER, &uid, &gid) == -1) return STAGE_DONE ;
  return add_obstacles(b, uid, gid, "uid", "gid", reason) ? warn(reason) : STAGE_DONE ;
}
