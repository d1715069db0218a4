/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/env.h>
#include <skalibs/types.h>

#include "accessat.h"
#include "accounts.h"
#include "capabilities.h"
#include "etcdir.h"
#include "idmap.h"
#include "mountpoint.h"
#include "obstacles.h"
#include "paths.h"
#include "reason.h"
#include "resourcelimits.h"
#include "room.h"
#include "runfault.h"
#include "runlinks.h"
#include "settings.h"
#include "variables.h"

static void no_run (struct look const *l, stralloc *why)
{
  if (l->run.step != RUNDIR_NONE) return ;
  reason_add(why, PATH_RUN) ;
  runfault(&l->run, l->run_errno, why) ;
}

static void no_svscan (struct look const *l, stralloc *why)
{
  if (accessat(l->boot.rootfd, ROOT_SVSCAN, X_OK) == -1)
    reason_add(why, PATH_SVSCAN ": ", strerror(errno), "; run init-bake in the image build") ;
}

static void no_profile (struct look const *l, stralloc *why)
{
  char etc[ETCDIR_MAX] ;
  char const *name = env_get2(l->envp, VAR_PROFILE) ;
  if (name && *name && (etcdir_path(name, etc) == -1 || !look_has_directory(l, etc)))
    reason_add(why, VAR_PROFILE "=", name, ": there is no such directory in /" ROOT_PROFILES) ;
}

static void no_logger (struct look const *l, stralloc *why)
{
  char *value = look_variable(l, VAR_LOGGING) ;
  unsigned int n ;
  if (value && uint0_scan(value, &n) && n && accessat(l->boot.rootfd, ROOT_S6_LOG, X_OK) == -1)
    reason_add(why, VAR_LOGGING "=", value, ": there is no /" ROOT_S6_LOG " in the image") ;
  free(value) ;
}

static void wrong_settings (struct look const *l, stralloc *why)
{
  static char const *const names[] = { VAR_PUID, VAR_PGID, VAR_UMASK } ;
  size_t i = 0 ;
  if (stage_table[stage_find("settings")].modes & l->boot.mode) for (; i < sizeof names / sizeof names[0] ; i++)
  {
    char *value = look_variable(l, names[i]) ;
    char const *wanted = value ? settings_wanted(names[i], value) : 0 ;
    if (wanted) reason_item(why, names[i], " is not ", wanted, ": \"", value, "\"") ;
    free(value) ;
  }
}

static void no_capabilities (struct look const *l, stralloc *why)
{
  char *uid = look_variable(l, VAR_PUID), *gid = look_variable(l, VAR_PGID) ;
  stralloc names = STRALLOC_ZERO ;
  if (l->boot.mode & BOOT_ROOT && (uid || gid)
   && capabilities_missing(&l->boot.privileges, 0, CAPABILITIES_NEEDED, " and ", &names) && stralloc_0(&names))
    reason_add(why, VAR_PUID " or " VAR_PGID " is set, but capabilities that this takes are missing: ", names.s) ;
  stralloc_free(&names) ;
  free(uid) ;
  free(gid) ;
}

/* As stage user-namespace has it: without, applications could not be the user that was asked for. */
static void no_ids (struct look const *l, stralloc *why)
{
  struct privileges const *p = &l->boot.privileges ;
  char *uid = look_variable(l, VAR_PUID), *gid = look_variable(l, VAR_PGID) ;
  unsigned int u = ID_DEFAULT, g = ID_DEFAULT ;
  if (p->userns == 1 && stage_table[stage_find("user-remap")].modes & l->boot.mode && (uid || gid)
   && (!uid || accounts_id_scan(uid, strlen(uid), &u)) && (!gid || accounts_id_scan(gid, strlen(gid), &g)))
  {
    idmap_lack(&p->uids, &p->gids, u, g, uid ? VAR_PUID : "uid", gid ? VAR_PGID : "gid", why) ;
    if (p->setgroups_denied) reason_item(why, "setgroups is denied in this user namespace, and " VAR_PUID " or " VAR_PGID " is set") ;
  }
  free(uid) ;
  free(gid) ;
}

static void no_room (struct look const *l, stralloc *why)
{
  int fd = l->run.step == RUNDIR_AS_IS || l->run.step == RUNDIR_NOEXEC ? open(PATH_RUN, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1 ;
  if (fd == -1) return ;
  /* what a boot has made there has taken its room */
  if (accessat(fd, RUN_STATE, F_OK) == -1 && !room_for(fd, RUN_FILES, RUN_BLOCKS)) reason_add(why, PATH_RUN " has not enough room") ;
  fd_close(fd) ;
}

/* What has to be made anew in /run cannot be when something is mounted on it. */
static void mounted_on (struct look const *l, stralloc *why)
{
  char path[64] ;
  size_t i = 0 ;
  for (; runlinks_names[i] ; i++)
  {
    int fd ;
    snprintf(path, sizeof path, ROOT_RUN "/%s", runlinks_names[i]) ;
    fd = openat(l->boot.rootfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
    if (fd == -1) continue ;
    if (mountpoint_is(fd)) reason_item(why, "something is mounted on /", path) ;
    fd_close(fd) ;
  }
}

static void no_bundles (struct look const *l, stralloc *why)
{
  char *dir = look_variable(l, VAR_BUNDLEDIR) ;
  if (dir && !look_has_directory(l, dir)) reason_add(why, VAR_BUNDLEDIR "=", dir, ": there is no such directory") ;
  free(dir) ;
}

static void no_logger_user (struct look const *l, stralloc *why)
{
  char *logging = look_variable(l, VAR_LOGGING) ;
  char *name = look_variable(l, VAR_CATCHALL_USER) ;
  unsigned int n ;
  uid_t uid ;
  gid_t gid ;
  if (logging && name && uint0_scan(logging, &n) && n && l->boot.mode & BOOT_ROOT && accounts_user(l->boot.rootfd, name, &uid, &gid) == -1)
    reason_add(why, VAR_CATCHALL_USER "=", name, ": there is no such user in /" ROOT_PASSWD) ;
  free(logging) ;
  free(name) ;
}

static void low_limits (struct look const *l, stralloc *why)
{
  (void)l ;
  resourcelimits_lack(why) ;
}

obstacle_func *const obstacles[] =
{
  &low_limits, &no_run, &mounted_on, &no_room, &no_svscan, &no_profile, &no_logger, &no_logger_user, &wrong_settings, &no_capabilities, &no_ids, &no_bundles
} ;

size_t const obstacles_len = sizeof obstacles / sizeof obstacles[0] ;
