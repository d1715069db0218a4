/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "adopt.h"
#include "boot.h"
#include "builtins.h"
#include "commands.h"
#include "filelist.h"
#include "moves.h"
#include "oneline.h"
#include "paths.h"
#include "stagefiles.h"
#include "variables.h"

#define OVERLAY "s6-overlay-"

static int is_in (char const *const *names, size_t n, char const *name)
{
  size_t i = 0 ;
  for (; i < n ; i++) if (!strcmp(names[i], name)) return 1 ;
  return 0 ;
}

/* Exits where one of the names in keep is none of a stage. */
static void check_keep (struct definition_builtin const *b, size_t n, char const *const *keep, size_t nkeep)
{
  stralloc names = STRALLOC_ZERO ;
  size_t i = 0, k = 0 ;
  for (; k < nkeep ; k++)
  {
    for (i = 0 ; i < n ; i++) if (b[i].kind == DEFINITION_BUILTIN && !strcmp(b[i].name, keep[k])) break ;
    if (i == n) break ;
  }
  if (k == nkeep) return ;
  for (i = 0 ; i < n ; i++)
    if (b[i].kind == DEFINITION_BUILTIN && (!stralloc_cats(&names, " ") || !stralloc_cats(&names, b[i].name)))
      strerr_diefusys(EXIT_SYSTEM, "list the stages") ;
  strerr_dief(EXIT_USER, keep[k], " is not the name of a built-in stage; these are:", stralloc_0(&names) ? names.s : "") ;
}

static void adopt_definitions (struct moves *m, char const *const *keep, size_t nkeep)
{
  size_t n, i = 0 ;
  struct definition_builtin *b = builtins_make(&n) ;
  if (!b) strerr_diefusys(EXIT_SYSTEM, "list the stages") ;
  check_keep(b, n, keep, nkeep) ;
  for (; i < n ; i++)
  {
    /* what images fill the bundles with is theirs */
    if (b[i].kind != DEFINITION_BUILTIN) continue ;
    if (is_in(keep, nkeep, b[i].name))
    {
      if (stagefiles_exist(m->image, b + i)) strerr_warni("kept definition ", b[i].name) ;
      else strerr_warnw("the image has no definition ", b[i].name, " that could be kept") ;
    }
    else if (stagefiles_move(m, b + i)) strerr_warni("replaced definition ", b[i].name) ;
  }
  builtins_free(b) ;
}

/* Makes path a link to target, unless it leads to our executable already. */
static void adopt_program (struct moves *m, char const *path, char const *target)
{
  struct stat st ;
  int there = fstatat(m->image->rootfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ;
  if (there && moves_is_ours(m->image, path)) return ;
  if (there && S_ISDIR(st.st_mode)) strerr_dief(EXIT_USER, m->image->name, "/", path, " is a directory: remove it") ;
  if (there) moves_away(m, path) ;
  if (symlinkat(target, m->image->rootfd, path) == -1)
  {
    /* nothing is put where there is not even a directory for it */
    if (!there && errno == ENOENT) return ;
    strerr_diefusys(EXIT_SYSTEM, "link ", m->image->name, "/", path) ;
  }
  strerr_warni(there ? "replaced /" : "linked /", path) ;
}

static void adopt_programs (struct moves *m)
{
  size_t i = 0 ;
  adopt_program(m, ROOT_INIT, ROOT_EXE) ;
  for (; commands_own[i] ; i++)
  {
    char path[PATH_MAX] ;
    snprintf(path, sizeof path, ROOT_BIN "/%s", commands_own[i]) ;
    adopt_program(m, path, "../../" ROOT_EXE) ;
    snprintf(path, sizeof path, ROOT_COMMAND "/%s", commands_own[i]) ;
    adopt_program(m, path, PATH_EXE) ;
  }
}

/* What is not undone by a restore, and what stays. */
static void tell (struct image const *image)
{
  struct filelist list ;
  char const *name ;
  struct stat st ;
  strerr_warni("what /" ROOT_INIT ", /" ROOT_BIN "/with-contenv and the like were before stillroot was copied over them is in the layer below, and cannot be kept") ;
  if (filelist_open(image->rootfd, ROOT_PACKAGES, &filelist_by_name, &list) == -1) strerr_diefusys(EXIT_SYSTEM, "read ", image->name, "/" ROOT_PACKAGES) ;
  while ((name = filelist_next(&list)))
    if (!strncmp(name, OVERLAY, sizeof OVERLAY - 1) && is_oneline(name)) strerr_warni("/" ROOT_PACKAGES "/", name, " stays; nothing runs it any more") ;
  filelist_free(&list) ;
  if (fstatat(image->rootfd, ROOT_DOCKER_MODS, &st, 0) == 0) strerr_warni("/" ROOT_DOCKER_MODS " stays, and is not run: where " VAR_STAGE2_HOOK " names it, that means the mods of " VAR_DOCKER_MODS) ;
}

void adopt_image (struct image const *image, char const *const *keep, size_t nkeep)
{
  struct moves m ;
  moves_open(image, &m) ;
  adopt_definitions(&m, keep, nkeep) ;
  adopt_programs(&m) ;
  if (m.n) tell(image) ;
  moves_close(&m) ;
}

void adopt_restore (struct image const *image)
{
  char fmt[SIZE_FMT] ;
  struct moves m ;
  size_t left ;
  moves_open(image, &m) ;
  if (m.recordfd == -1) strerr_warni("nothing has been adopted") ;
  left = moves_back(&m) ;
  moves_close(&m) ;
  if (!left) return ;
  fmt[size_fmt(fmt, left)] = 0 ;
  strerr_dief(EXIT_USER, fmt, left == 1 ? " file is" : " files are", " left in /" ROOT_ADOPTED ": remove what has their place, and run init-bake --restore again") ;
}
