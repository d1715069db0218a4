/* ISC license. */

/* Applies mods: layers of images, to the root. Called by the boot, and by init-bake. See stillroot-mods(8). It parses what strangers send, and is
   therefore no part of the executable that is process 1. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/buffer.h>
#include <skalibs/djbunix.h>
#include <skalibs/sig.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include "accessat.h"
#include "apply.h"
#include "boot.h"
#include "clock.h"
#include "contenv.h"
#include "filelist.h"
#include "modname.h"
#include "modrecord.h"
#include "modsource.h"
#include "modstate.h"
#include "paths.h"
#include "variables.h"
#include "verbosity.h"
#include "version.h"

#define USAGE "stillroot-mods boot | apply ROOT REFERENCE..."

static int open_root (char const *path)
{
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) strerr_diefusys(EXIT_USER, "open ", path) ;
  return fd ;
}

static void open_state (int rootfd, struct modstate *s)
{
  char const *what ;
  if (modstate_open(rootfd, s, &what) == 0) return ;
  if (errno == EBUSY) strerr_dief(EXIT_USER, "another stillroot-mods is at work in this root; try again when it has ended") ;
  strerr_diefusys(EXIT_SYSTEM, "keep what is to be done in ", what) ;
}

/* Those that the root has and that nobody wants any more. */
static void say_removed (struct modstate const *s, struct modlist const *list)
{
  struct filelist records ;
  char const *file ;
  if (filelist_open(s->recordsfd, ".", &filelist_by_name, &records) == -1) return ;
  while ((file = filelist_next(&records)))
  {
    stralloc mod = STRALLOC_ZERO ;
    if (!modstate_is_baked(s, file) && modrecord_read(s->recordsfd, file, &mod, 0, 0) == 1 && !modlist_has(list, mod.s))
      say_info(mod.s, " is not among the mods any more, and what it has put into the root stays; make the container anew to be rid of it") ;
    stralloc_free(&mod) ;
  }
  filelist_free(&records) ;
}

/* Those that are the image's from now on. */
static void note_baked (struct modstate const *s, struct modlist const *list)
{
  size_t i = 0 ;
  for (; i < list->n ; i++)
  {
    stralloc record = STRALLOC_ZERO ;
    if (modname_file(list->names[i], &record) && accessat(s->recordsfd, record.s, F_OK) == 0) modstate_set_baked(s, record.s) ;
    stralloc_free(&record) ;
  }
}

/* Does all of it, in the root of a container, which has these mods and no others, or in that of an image. Returns the exit code. */
static int work (int rootfd, struct modlist const *list, struct modsettings const *settings, int sideload, int baking)
{
  struct modstate s ;
  int finished, code ;
  clock_start() ;
  open_state(rootfd, &s) ;
  say_out("[mod-init] Running ", sideload ? "Local " : "", "Docker Modification Logic") ;
  finished = apply_finish(&s) ;
  code = sideload ? sideload_mods(&s, list) : pull_mods(&s, list, settings) ;
  if (finished == -1 && code < EXIT_SYSTEM) code = EXIT_SYSTEM ;
  if (baking) note_baked(&s, list) ;
  else if (code != MODS_ENDED) say_removed(&s, list) ;
  modstate_clean(&s) ;
  return code ;
}

static void split (char const *s, struct modlist *list)
{
  if (modlist_split(s, list) == -1) strerr_diefusys(EXIT_SYSTEM, "read the list of mods") ;
}

static int boot (void)
{
  struct modsettings settings ;
  struct modlist list ;
  stralloc mods = STRALLOC_ZERO, url = STRALLOC_ZERO ;
  int contenvfd = open(PATH_CONTENV, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int code ;
  if (contenvfd == -1) strerr_diefusys(EXIT_SYSTEM, "open " PATH_CONTENV) ;
  verbosity_load(contenvfd) ;
  if (contenv_get(contenvfd, VAR_DOCKER_MODS, &mods) != 1) return 0 ;
  if (contenv_get(contenvfd, VAR_MODS_BANNED_URL, &url) != 1) url.len = 0 ;
  split(mods.s, &list) ;
  settings = (struct modsettings)
  {
    .timeout = contenv_milliseconds(contenvfd, VAR_MODS_TIMEOUT, MODS_TIMEOUT_DEFAULT),
    .force_registry = contenv_boolean(contenvfd, VAR_MODS_FORCE_REGISTRY),
    .run_banned = contenv_is_set(contenvfd, VAR_RUN_BANNED),
    .debug = contenv_boolean(contenvfd, VAR_MODS_DEBUG),
    .banned_url = url.len ? url.s : ""
  } ;
  code = work(open_root("/"), &list, &settings, contenv_boolean(contenvfd, VAR_MODS_SIDELOAD), 0) ;
  modlist_free(&list) ;
  stralloc_free(&mods) ;
  stralloc_free(&url) ;
  return code ;
}

static int apply (char const *root, char const *const *references)
{
  struct modsettings const settings = { .timeout = MODS_TIMEOUT_DEFAULT, .banned_url = "" } ;
  struct modlist list ;
  stralloc words = STRALLOC_ZERO ;
  int code ;
  for (; *references ; references++)
    if (!stralloc_cats(&words, *references) || !stralloc_cats(&words, "|")) strerr_diefusys(EXIT_SYSTEM, "read the arguments") ;
  if (!stralloc_0(&words)) strerr_diefusys(EXIT_SYSTEM, "read the arguments") ;
  split(words.s, &list) ;
  code = work(open_root(root), &list, &settings, 0, 1) ;
  modlist_free(&list) ;
  stralloc_free(&words) ;
  return code ;
}

static int say (char const *a, char const *b)
{
  buffer_puts(buffer_1small, a) ;
  buffer_puts(buffer_1small, b) ;
  return buffer_putsflush(buffer_1small, "\n") ? 0 : EXIT_SYSTEM ;
}

int main (int argc, char const *const *argv)
{
  PROG = "mods" ;
  umask(022) ;
  /* curl may be gone before it has read what it is to do */
  sig_ignore(SIGPIPE) ;
  if (argc == 2 && !strcmp(argv[1], "--help")) return say("usage: ", USAGE) ;
  if (argc == 2 && !strcmp(argv[1], "--version")) return say("stillroot-mods ", STILLROOT_VERSION) ;
  if (argc == 2 && !strcmp(argv[1], "boot")) return boot() ;
  if (argc > 3 && !strcmp(argv[1], "apply")) return apply(argv[2], argv + 3) ;
  strerr_dieusage(EXIT_USER, USAGE) ;
}
