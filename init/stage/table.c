/* ISC license. */

/* The stage table: what runs in which boot mode, what it needs, what it comes after. Nothing else decides.
   The rows stand in an order that their dependencies allow. Names are those that images hang their own definitions between. */

#include "adduser.h"
#include "boot.h"
#include "paths.h"
#include "requests.h"

struct stage const stage_table[] =
{
  /* name                       modes      needs      after                                      asked                   run */
  { "base",                     BOOT_ANY,  0,         { 0 },                                     0,                      0 },
  { "stage2-hook",              BOOT_ANY,  0,         { "base" },                                &asked_stage2_hook,     0 },
  { "init-envfile",             BOOT_ANY,  0,         { "stage2-hook" },                         &asked_envfile,         0 },
  { "init-migrations",          BOOT_ANY,  0,         { "init-envfile" },                        &asked_migrations,      0 },
  { "user-remap",               BOOT_RW,   ROOT_ETC,  { "init-envfile", "init-migrations" },     &asked_user_remap,      0 },
  { "own-config",               BOOT_ROOT, 0,         { "user-remap" },                          0,                      &stage_own_config },
  { "own-app",                  BOOT_RW,   0,         { "user-remap" },                          0,                      &stage_own_app },
  { "init-adduser",             BOOT_ANY,  0,         { "user-remap", "own-config", "own-app" }, 0,                      &stage_adduser },
  { "fix-attrs",                BOOT_ANY,  0,         { "init-adduser" },                        &asked_fix_attrs,       0 },
  { "umask",                    BOOT_RW,   0,         { "init-envfile" },                        &asked_umask,           0 },
  { "init-device-perms",        BOOT_ROOT, 0,         { "init-adduser" },                        &asked_device_perms,    0 },
  { "init-os-end",              BOOT_ANY,  0,         { "init-adduser", "init-device-perms" },   0,                      0 },
  { "init-config",              BOOT_ANY,  0,         { "init-os-end" },                         0,                      0 },
  { "init-crontab-config",      BOOT_ROOT, 0,         { "init-config" },                         &asked_crontabs,        0 },
  { "init-config-end",          BOOT_ANY,  0,         { "init-config", "init-crontab-config" },  0,                      0 },
  { "init-mods",                BOOT_RW,   0,         { "init-config-end" },                     &asked_mods,            0 },
  { "init-mods-package-install", BOOT_RW,  0,         { "init-mods" },                           &asked_mods_packages,   0 },
  { "init-mods-end",            BOOT_ANY,  0,         { "init-mods-package-install" },           0,                      0 },
  { "init-custom-files",        BOOT_ANY,  0,         { "init-mods-end" },                       &asked_custom_files,    0 },
  { "custom-services",          BOOT_RW,   0,         { "init-custom-files" },                   &asked_custom_services, 0 },
  { "init-services",            BOOT_ANY,  0,         { "init-custom-files", "custom-services", "umask" }, 0,            0 },
  { "user",                     BOOT_ANY,  0,         { "init-services" },                       &asked_user_bundles,    0 },
  { "legacy-cont-init",         BOOT_ANY,  0,         { "base", "fix-attrs" },                   &asked_cont_init,       0 },
  { "legacy-cont-finish",       BOOT_ANY,  0,         { "base" },                                &asked_cont_finish,     0 },
  { "legacy-services",          BOOT_ANY,  0,         { "user", "legacy-cont-init", "legacy-cont-finish" }, 0,           0 }
} ;

size_t const stage_table_len = sizeof stage_table / sizeof stage_table[0] ;
