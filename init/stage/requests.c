/* ISC license. */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/env.h>

#include "accounts.h"
#include "fstree.h"
#include "paths.h"
#include "requests.h"

#define LIST_MAX 256

/* Appends "NAME=VALUE" when the variable is set and not empty. */
static int variable (struct boot const *b, char const *name, stralloc *what)
{
  char const *value = env_get2(b->envp, name) ;
  if (!value || !*value) return 0 ;
  return (!what->len || stralloc_cats(what, " "))
      && stralloc_cats(what, name) && stralloc_cats(what, "=") && stralloc_cats(what, value) ;
}

/* Appends "/DIR: names" when the directory has entries. */
static int entries (struct boot const *b, char const *dir, stralloc *what)
{
  char list[LIST_MAX] ;
  if (fstree_list(b->rootfd, dir, list, sizeof list) <= 0) return 0 ;
  return (!what->len || stralloc_cats(what, "; "))
      && stralloc_cats(what, "/") && stralloc_cats(what, dir) && stralloc_cats(what, ": ") && stralloc_cats(what, list) ;
}

static int file (struct boot const *b, char const *name, stralloc *what)
{
  struct stat st ;
  if (fstatat(b->rootfd, name, &st, AT_SYMLINK_NOFOLLOW) == -1) return 0 ;
  return (!what->len || stralloc_cats(what, "; ")) && stralloc_cats(what, "/") && stralloc_cats(what, name) ;
}

int asked_stage2_hook (struct boot const *b, stralloc *what)
{
  return variable(b, "S6_STAGE2_HOOK", what) ;
}

int asked_envfile (struct boot const *b, stralloc *what)
{
  char const *const *p = b->envp ;
  for (; *p ; p++)
  {
    /* the name only: the rest is the path of a secret */
    size_t len = strcspn(*p, "=") ;
    if (strncmp(*p, "FILE__", 6) || len == 6) continue ;
    if ((what->len && !stralloc_cats(what, " ")) || !stralloc_catb(what, *p, len)) return 1 ;
  }
  return what->len != 0 ;
}

int asked_migrations (struct boot const *b, stralloc *what)
{
  return entries(b, ROOT_MIGRATIONS, what) ;
}

/* An id that abc already has asks for nothing. */
int asked_user_remap (struct boot const *b, stralloc *what)
{
  uid_t uid ;
  gid_t gid ;
  int known = accounts_user(b->rootfd, "abc", &uid, &gid) == 0 ;
  struct { char const *name ; unsigned int current ; } const ids[] = { { "PUID", known ? uid : 0 }, { "PGID", known ? gid : 0 } } ;
  size_t i = 0 ;
  int asked = 0 ;
  for (; i < sizeof ids / sizeof ids[0] ; i++)
  {
    char const *value = env_get2(b->envp, ids[i].name) ;
    unsigned int id ;
    if (value && accounts_id_scan(value, strlen(value), &id) && known && id == ids[i].current) continue ;
    if (variable(b, ids[i].name, what)) asked = 1 ;
  }
  return asked ;
}

int asked_device_perms (struct boot const *b, stralloc *what)
{
  return variable(b, "ATTACHED_DEVICES_PERMS", what) ;
}

int asked_crontabs (struct boot const *b, stralloc *what)
{
  int user = file(b, ROOT_CRONTABS_ABC, what) ;
  int defaults = entries(b, ROOT_CRONTABS_DEFAULT, what) ;
  int config = entries(b, ROOT_CRONTABS_CONFIG, what) ;
  return user || defaults || config ;
}

int asked_mods (struct boot const *b, stralloc *what)
{
  return variable(b, "DOCKER_MODS", what) ;
}

int asked_mods_packages (struct boot const *b, stralloc *what)
{
  int packages = file(b, ROOT_MOD_PACKAGES, what) ;
  int pip = file(b, ROOT_MOD_PIP_PACKAGES, what) ;
  return packages || pip ;
}

int asked_custom_files (struct boot const *b, stralloc *what)
{
  return entries(b, ROOT_CUSTOM_SCRIPTS, what) ;
}

int asked_custom_services (struct boot const *b, stralloc *what)
{
  return entries(b, ROOT_CUSTOM_SERVICES, what) ;
}

int asked_umask (struct boot const *b, stralloc *what)
{
  return variable(b, "UMASK", what) ;
}

int asked_cont_init (struct boot const *b, stralloc *what)
{
  return entries(b, ROOT_CONT_INIT, what) ;
}

int asked_cont_finish (struct boot const *b, stralloc *what)
{
  return entries(b, ROOT_CONT_FINISH, what) ;
}

int asked_fix_attrs (struct boot const *b, stralloc *what)
{
  return entries(b, ROOT_FIX_ATTRS, what) ;
}

int asked_user_bundles (struct boot const *b, stralloc *what)
{
  int user = entries(b, ROOT_USER_BUNDLE, what) ;
  int user2 = entries(b, ROOT_USER2_BUNDLE, what) ;
  return user || user2 ;
}
