/* ISC license. */

/* What each variable is for: the table of README.md is this one, printed (stillroot --variables). */

#include <stddef.h>

#include <skalibs/buffer.h>

#include "variables.h"

#define STRING(n) QUOTE(n)
#define QUOTE(n) #n

#define SKIPPED "skipped"
#define SAME ""

static struct { char const *name, *fallback, *rw, *ro, *nonroot ; } const table[] =
{
  { VAR_PUID, STRING(ID_DEFAULT), "the uid of `abc`, whom applications run as; 0 is root, with a warning", SKIPPED ": 911", SKIPPED ": the given user" },
  { VAR_PGID, STRING(ID_DEFAULT), "its gid", SKIPPED ": 911", SKIPPED ": the given group" },
  { VAR_UMASK, "022", "of services and their loggers, not of scripts", SKIPPED, SKIPPED },
  { VAR_FILE_PREFIX "X", "unset", "a file: `X` becomes its content, before anything reads a setting; the file wins over `X`", SAME, SAME },
  { VAR_DEVICES, "unset", "arguments of find(1): `abc` joins the groups of these devices, the groups can read and write them",
    "permissions only", SKIPPED },
  { VAR_CUSTOM_TIMEOUT, "0", "ms that a script of /custom-cont-init.d may take; 0: no limit", SAME, SAME },
  { VAR_DOCKER_MODS, "unset", "references to images, with `\\|` between them: the layer of each is put into the root, in this order", SKIPPED, SKIPPED },
  { VAR_MODS_TIMEOUT, STRING(MODS_TIMEOUT_DEFAULT), "ms that all downloads of mods together may take; 0: no limit", SKIPPED, SKIPPED },
  { VAR_MODS_SIDELOAD, "0", "true: `" VAR_DOCKER_MODS "` has names; mods are `/mods/NAME.tar` or the directory `/mods/NAME`", SKIPPED, SKIPPED },
  { VAR_MODS_FORCE_REGISTRY, "0", "true: images of linuxserver come from the registry that is named, not from lscr.io", SKIPPED, SKIPPED },
  { VAR_MODS_BANNED_URL, "unset", "a list of owners whose mods are not applied, besides `/etc/stillroot/banned-mods`", SKIPPED, SKIPPED },
  { VAR_RUN_BANNED, "unset", "set: they are applied all the same, with a warning", SKIPPED, SKIPPED },
  { VAR_MODS_DEBUG, "0", "true: each request of a download is a line", SKIPPED, SKIPPED },
  { VAR_PATH, "the usual six", "of services, scripts and the CMD; `/command` comes first", SAME, SAME },
  { VAR_HOME, "unset", "as given", SAME, "as given where it can be entered, else `/config`, else `/`" },
  { VAR_KEEP_ENV, "0", "true: the whole supervision tree has the container's environment, `with-contenv` leaves it alone", SAME, SAME },
  { VAR_STAGE2_HOOK, "unset", "a command line of words, no shell: run first, it may still change services and the environment", SAME, SAME },
  { VAR_PROFILE, "unset", "a directory of `/etc/cont-profile.d`: its services.d, cont-init.d, cont-finish.d, fix-attrs.d and s6-overlay stand in for /etc's", SAME, SAME },
  { VAR_BUNDLEDIR, "unset", "a directory of s6-rc definitions, read in place of /etc/s6-overlay/user-bundles.d", SAME, SAME },
  { VAR_BEHAVIOUR, "0", "after a failure: 0 goes on, 1 goes on with a warning, 2 stops the container with the code of what failed", SAME, SAME },
  { VAR_READYTIME, STRING(READYTIME_DEFAULT), "ms that a service without `notification-fd` must stay up to have held", SAME, SAME },
  { VAR_SERVICES_GRACETIME, STRING(SERVICES_GRACETIME_DEFAULT), "ms from TERM to KILL for each service; unset, it is " STRING(DEFINITIONS_GRACETIME_DEFAULT) " for those of s6-rc definitions", SAME, SAME },
  { VAR_KILL_GRACETIME, STRING(KILL_GRACETIME_DEFAULT), "ms from TERM to KILL for the CMD and running scripts, and then for what is left", SAME, SAME },
  { VAR_FINISH_MAXTIME, STRING(FINISH_MAXTIME_DEFAULT), "ms that each script of cont-finish.d may take; 0: no limit", SAME, SAME },
  { VAR_FIX_ATTRS_HIDDEN, "0", "true: fix-attrs.d means files with a dot in front too", SAME, SAME },
  { VAR_CMD_ARG0, "unset", "words that go before the CMD", SAME, SAME },
  { VAR_CMD_USE_TERMINAL, "0", "true: with `" VAR_LOGGING "`=2, the CMD writes to the terminal all the same", SAME, SAME },
  { VAR_CMD_WAIT, "0", "true: the CMD starts when all services are ready; else when all are up", SAME, SAME },
  { VAR_CMD_WAIT_MAXTIME, "0", "ms after which what is not ready has failed; 0: never", SAME, SAME },
  { VAR_CMD_SIGNALS, "0", "true: TERM, QUIT, INT, USR1, USR2, PWR and WINCH go to the CMD; the container stops when that ends", SAME, SAME },
  { VAR_LOGGING, "0", "1: a logger, s6-log, takes what services write, to /run/uncaught-logs; 2: what the CMD writes too", SAME, SAME },
  { VAR_LOGGING_SCRIPT, "`" LOGGING_SCRIPT_DEFAULT "`", "what s6-log is told", SAME, SAME },
  { VAR_CATCHALL_USER, "root", "whom the logger runs as", SAME, "the given user" },
  { VAR_READ_ONLY_ROOT, "unset", "a declaration; the probe decides, a disagreement is one warning", SAME, SAME },
  { VAR_SYNC_DISKS, "0", "true: sync before the end", SAME, SAME },
  { VAR_WAIT_FD, "0", "3 or more: a descriptor that the runtime closes when the boot may begin", SAME, SAME },
  { VAR_VERBOSITY, "2", "0: fatal lines only; 1: warnings too; 2: info too; 3: each step", SAME, SAME },
  { VAR_KUBERNETES_RUN, "unset", "accepted; not needed", SAME, SAME },
  { VAR_READ_ONLY_FS, "set by init", "not set", "1", "1 where the root is read-only" },
  { VAR_NON_ROOT_USER, "set by init", "not set", "not set", "1" }
} ;

static void cell (char const *s)
{
  buffer_puts(buffer_1small, s) ;
  buffer_puts(buffer_1small, " | ") ;
}

int variables_print (void)
{
  size_t i = 0 ;
  buffer_puts(buffer_1small, "| name | default | writable root | read-only root | not root |\n|---|---|---|---|---|\n") ;
  for (; i < sizeof table / sizeof table[0] ; i++)
  {
    buffer_puts(buffer_1small, "| `") ;
    buffer_puts(buffer_1small, table[i].name) ;
    buffer_puts(buffer_1small, "` | ") ;
    cell(table[i].fallback) ;
    cell(table[i].rw) ;
    cell(table[i].ro[0] ? table[i].ro : "the same") ;
    buffer_puts(buffer_1small, table[i].nonroot[0] ? table[i].nonroot : "the same") ;
    buffer_puts(buffer_1small, " |\n") ;
  }
  return buffer_flush(buffer_1small) ;
}
