/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "accessat.h"
#include "contenv.h"
#include "filelist.h"
#include "fstree.h"
#include "modname.h"
#include "paths.h"
#include "reason.h"
#include "requests.h"
#include "variables.h"

#define LIST_MAX 256

/* Appends "NAME=VALUE" when the variable is set and not empty. */
static int variable (struct boot const *b, char const *name, stralloc *what)
{
  size_t start = what->len ;
  if ((!what->len || stralloc_cats(what, " ")) && stralloc_cats(what, name) && stralloc_cats(what, "="))
  {
    size_t value = what->len ;
    if (contenv_get(b->contenvfd, name, what) == 1 && what->len > value) return 1 ;
  }
  what->len = start ;
  return 0 ;
}

/* Appends "/DIR: names" when the directory has entries. One that cannot be read may have some: the stage will say what is wrong with it. */
static int entries (struct boot const *b, char const *dir, stralloc *what)
{
  char list[LIST_MAX] ;
  int n = fstree_list(b->rootfd, dir, list, sizeof list) ;
  if (!n) return 0 ;
  reason_add(what, what->len ? "; " : "", "/", dir, ": ", n == -1 ? strerror(errno) : list) ;
  return 1 ;
}

static int file (struct boot const *b, char const *name, stralloc *what)
{
  struct stat st ;
  if (fstatat(b->rootfd, name, &st, AT_SYMLINK_NOFOLLOW) == -1) return 0 ;
  reason_add(what, what->len ? "; " : "", "/", name) ;
  return 1 ;
}

int asked_stage2_hook (struct boot const *b, stralloc *what)
{
  static char const mods[] = VAR_STAGE2_HOOK "=" PATH_DOCKER_MODS ;
  if (!variable(b, VAR_STAGE2_HOOK, what)) return 0 ;
  if (what->len != sizeof mods - 1 || memcmp(what->s, mods, sizeof mods - 1)) return 1 ;
  /* it means the mods, as images have it whose mods were a hook */
  what->len = 0 ;
  return 0 ;
}

int asked_envfile (struct boot const *b, stralloc *what)
{
  struct filelist list ;
  char const *name ;
  if (filelist_open(b->contenvfd, ".", &filelist_by_name, &list) == -1) return 0 ;
  /* the names only: the values are the paths of secrets */
  while ((name = filelist_next(&list)))
    if (!strncmp(name, VAR_FILE_PREFIX, sizeof VAR_FILE_PREFIX - 1)) reason_add(what, what->len ? " " : "", name) ;
  filelist_free(&list) ;
  return what->len != 0 ;
}

int asked_device_perms (struct boot const *b, stralloc *what)
{
  return variable(b, VAR_DEVICES, what) ;
}

/* Appends those of the mods that the root has already, by an earlier start or by init-bake. */
static void applied (struct boot const *b, char const *mods, stralloc *what)
{
  struct modlist list ;
  int recordsfd = openat(b->rootfd, ROOT_MODS_RECORDS, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  size_t i = 0, n = 0 ;
  if (recordsfd == -1) return ;
  if (modlist_split(mods, &list) == 0)
  {
    for (; i < list.n ; i++)
    {
      stralloc record = STRALLOC_ZERO ;
      if (modname_file(list.names[i], &record) && accessat(recordsfd, record.s, F_OK) == 0)
        reason_add(what, n++ ? ", " : " (the root has already: ", list.names[i]) ;
      stralloc_free(&record) ;
    }
    modlist_free(&list) ;
  }
  if (n) reason_add(what, ")") ;
  fd_close(recordsfd) ;
}

int asked_docker_mods (struct boot const *b, stralloc *what)
{
  stralloc mods = STRALLOC_ZERO ;
  int r = variable(b, VAR_DOCKER_MODS, what) ;
  if (r && contenv_get(b->contenvfd, VAR_DOCKER_MODS, &mods) == 1) applied(b, mods.s, what) ;
  stralloc_free(&mods) ;
  return r ;
}

int asked_mods_packages (struct boot const *b, stralloc *what)
{
  int packages = file(b, ROOT_MOD_PACKAGES, what) ;
  int pip = file(b, ROOT_MOD_PIP_PACKAGES, what) ;
  return packages || pip ;
}

int asked_custom_services (struct boot const *b, stralloc *what)
{
  return entries(b, ROOT_CUSTOM_SERVICES, what) ;
}

int asked_umask (struct boot const *b, stralloc *what)
{
  return variable(b, VAR_UMASK, what) ;
}

/* In a directory of the image's etc. */
static int etc_entries (struct boot const *b, char const *name, stralloc *what)
{
  char path[PATH_MAX] ;
  snprintf(path, sizeof path, "%s/%s", b->etc, name) ;
  return entries(b, path, what) ;
}

int asked_cont_init (struct boot const *b, stralloc *what)
{
  return etc_entries(b, ETC_CONT_INIT, what) ;
}

int asked_fix_attrs (struct boot const *b, stralloc *what)
{
  return etc_entries(b, ETC_FIX_ATTRS, what) ;
}
