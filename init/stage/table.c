/* ISC license. */

/* The stage table: what runs in which boot mode, what it needs, what it comes after. Nothing else decides.
   The rows stand in an order that their dependencies allow. Names are those that images hang their own definitions between. */

#include <string.h>

#include "adduser.h"
#include "attributes.h"
#include "boot.h"
#include "contscripts.h"
#include "crontabs.h"
#include "custom.h"
#include "devicegroups.h"
#include "devices.h"
#include "dockermods.h"
#include "envfile.h"
#include "hook.h"
#include "migrations.h"
#include "packages.h"
#include "paths.h"
#include "remap.h"
#include "requests.h"
#include "settings.h"
#include "usernamespace.h"

struct stage const stage_table[] =
{
  /* name                  of                   modes      needs     after                                                       asked                   run, service */
  { "init-envfile",        STAGE_PUBLIC,        BOOT_ANY,  0,        { 0 },                                                      &asked_envfile,         &stage_envfile, 0 },
  { "stage2-hook",         STAGE_PRIVATE,       BOOT_ANY,  0,        { "init-envfile" },                                         &asked_stage2_hook,     &stage_hook, 0 },
  { "settings",            STAGE_PRIVATE,       BOOT_RW,   0,        { "stage2-hook" },                                          0,                      &stage_settings, 0 },
  { "numbers",             STAGE_PRIVATE,       BOOT_ANY,  0,        { "stage2-hook" },                                          0,                      &stage_numbers, 0 },
  { "capabilities",        STAGE_PRIVATE,       BOOT_ROOT, 0,        { "stage2-hook" },                                          0,                      &stage_capabilities, 0 },
  { "user-namespace",      STAGE_PRIVATE,       BOOT_RW,   0,        { "settings" },                                             &asked_user_namespace,  &stage_user_namespace, 0 },
  { "image-namespace",     STAGE_PRIVATE,       BOOT_RO,   0,        { "settings" },                                             &asked_user_namespace,  &stage_image_namespace, 0 },
  { "docker-mods",         STAGE_PRIVATE,       BOOT_RW,   ROOT_VAR_LIB, { "settings", "numbers", "capabilities", "user-namespace" }, &asked_docker_mods,     &stage_docker_mods, 0 },
  { "custom-services",     STAGE_PRIVATE,       BOOT_RW,   0,        { "docker-mods" },                                          &asked_custom_services, &stage_custom_services, 0 },
  { STAGE_DEFINITIONS,     STAGE_PRIVATE,       BOOT_ANY,  0,        { "stage2-hook", "docker-mods", "custom-services" },        0,                      0, 0 },
  { "init-migrations",     STAGE_PUBLIC,        BOOT_ANY,  0,        { "settings", "capabilities", "user-namespace", "image-namespace" }, 0,                      &stage_migrations, 0 },
  { "user-remap",          "init-adduser",      BOOT_RW,   ROOT_ETC, { "init-migrations" },                                      &asked_user_remap,      &stage_user_remap, 0 },
  { "user-groups",         "init-adduser",      BOOT_RW,   ROOT_ETC, { "user-remap" },                                           &asked_user_groups,     &stage_user_groups, 0 },
  { "own-config",          "init-adduser",      BOOT_ROOT, 0,        { "user-remap" },                                           0,                      &stage_own_config, 0 },
  { "own-app",             "init-adduser",      BOOT_RW,   0,        { "user-remap" },                                           0,                      &stage_own_app, 0 },
  { "init-adduser",        STAGE_PUBLIC,        BOOT_ANY,  0,        { "user-remap", "user-groups", "own-config", "own-app" },   0,                      &stage_adduser, 0 },
  { "fix-attrs",           STAGE_PUBLIC,        BOOT_ANY,  0,        { "?init-adduser" },                                        &asked_fix_attrs,       &stage_fix_attrs, 0 },
  { "legacy-cont-init",    STAGE_PUBLIC,        BOOT_ANY,  0,        { "fix-attrs" },                                            &asked_cont_init,       &stage_cont_init, 0 },
  { "base",                STAGE_PUBLIC,        BOOT_ANY,  0,        { "fix-attrs", "legacy-cont-init" },                        0,                      0, 0 },
  { "umask",               STAGE_PRIVATE,       BOOT_RW,   0,        { "settings" },                                             &asked_umask,           &stage_umask, 0 },
  { "init-device-perms",   STAGE_PUBLIC,        BOOT_ROOT, 0,        { "init-adduser" },                                         &asked_device_perms,    &stage_device_perms, 0 },
  { "device-groups",       "init-device-perms", BOOT_RW,   ROOT_ETC, { "init-device-perms" },                                    &asked_device_groups,   &stage_device_groups, 0 },
  { "init-os-end",         STAGE_PUBLIC,        BOOT_ANY,  0,        { "init-envfile", "init-adduser", "device-groups" },        0,                      0, 0 },
  { "init-config",         STAGE_PUBLIC,        BOOT_ANY,  0,        { "init-os-end" },                                          0,                      0, 0 },
  { "init-crontab-config", STAGE_PUBLIC,        BOOT_ROOT, 0,        { "init-config" },                                          &asked_crontabs,        &stage_crontabs, 0 },
  { "init-config-end",     STAGE_PUBLIC,        BOOT_ANY,  0,        { "init-config", "init-crontab-config" },                   0,                      0, 0 },
  { "init-mods",           STAGE_PUBLIC,        BOOT_ANY,  0,        { "init-config-end" },                                      0,                      0, 0 },
  { "init-mods-package-install", STAGE_PUBLIC,  BOOT_RW,   ROOT_USR, { "init-mods" },                                            &asked_mods_packages,   &stage_mods_packages, 0 },
  { "init-mods-end",       STAGE_PUBLIC,        BOOT_ANY,  0,        { "init-mods-package-install" },                            0,                      0, 0 },
  { "init-custom-files",   STAGE_PUBLIC,        BOOT_ANY,  0,        { "init-mods-end" },                                        0,                      &stage_custom_files, 0 },
  { "init-services",       STAGE_PUBLIC,        BOOT_ANY,  0,        { "init-custom-files", "umask" },                           0,                      0, 0 },
  { "svc-cron",            STAGE_PUBLIC,        BOOT_ROOT, 0,        { "init-services", "init-crontab-config" },                 &asked_cron,            0, "svc-cron" },
  { BUNDLE_USER,           STAGE_PUBLIC,        BOOT_ANY,  0,        { 0 },                                                      0,                      0, 0 },
  { "legacy-services",     STAGE_PUBLIC,        BOOT_ANY,  0,        { "base", BUNDLE_USER, "init-services" },                   0,                      0, 0 },
  { BUNDLE_USER2,          STAGE_PUBLIC,        BOOT_ANY,  0,        { 0 },                                                      0,                      0, 0 },
  { STAGE_SERVICE_CHECK,   STAGE_PUBLIC,        BOOT_ANY,  0,        { "legacy-services" },                                      0,                      0, 0 }
} ;

size_t const stage_table_len = sizeof stage_table / sizeof stage_table[0] ;

size_t stage_find (char const *name)
{
  size_t i = 0 ;
  for (; i < stage_table_len ; i++) if (!strcmp(stage_table[i].name, name)) break ;
  return i ;
}
