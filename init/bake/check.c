/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "boot.h"
#include "builtins.h"
#include "check.h"
#include "paths.h"
#include "scripts.h"

static char const *const sources[] = { "/" ROOT_DEFINITIONS, "/" ROOT_BUNDLES } ;

#define NSOURCES (sizeof sources / sizeof sources[0])

/* Opens those that exist. Returns their number. */
static size_t open_sources (struct image const *image, struct definition_source *ret)
{
  size_t n = 0, i = 0 ;
  for (; i < NSOURCES ; i++)
  {
    int fd = openat(image->rootfd, sources[i] + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
    if (fd >= 0) ret[n++] = (struct definition_source){ .fd = fd, .name = sources[i] } ;
    else if (errno == ENOTDIR) strerr_dief(EXIT_USER, sources[i], " is not a directory: the image would not boot") ;
    else if (errno != ENOENT) strerr_diefusys(EXIT_SYSTEM, "open ", image->name, sources[i]) ;
  }
  return n ;
}

/* A line for each, with prefix in front. */
static void say_all (char const *prefix, struct complaints *c)
{
  char const *line ;
  size_t at = 0, n = 0 ;
  for (; (line = complaints_next(c, &at)) ; n++) strerr_warn(PROG, prefix, line) ;
  if (n < c->n) strerr_warn(PROG, prefix, "there is more; mend these first") ;
}

static void refuse (struct complaints *c)
{
  char fmt[SIZE_FMT] ;
  fmt[size_fmt(fmt, c->n)] = 0 ;
  say_all(": fatal: ", c) ;
  strerr_dief(EXIT_USER, fmt, c->n == 1 ? " error" : " errors", " in the definitions: the image would not boot") ;
}

static void load (struct image const *image, struct definitionset *set, struct definition_source *s,
  struct definition_builtin const *builtins, size_t nbuiltins)
{
  struct complaints c = COMPLAINTS_ZERO ;
  size_t i = 0, n = open_sources(image, s) ;
  if (definitionset_load(set, s, n, builtins, nbuiltins, &c) == -1)
    strerr_diefusys(errno == E2BIG ? EXIT_USER : EXIT_SYSTEM, "load the definitions of the image") ;
  if (c.n) refuse(&c) ;
  for (; i < n ; i++) fd_close(s[i].fd) ;
  complaints_free(&c) ;
}

static void check_nodes (struct image const *image, struct definitionset const *set, struct definition_source const *s,
  struct complaints *warnings)
{
  size_t i = 0 ;
  for (; i < definitionset_size(set) ; i++)
  {
    struct definition_node const *n = definitionset_node(set, i) ;
    char where[PATH_MAX] ;
    if (!n->kind || n->source == DEFINITIONSET_NONE) continue ;
    snprintf(where, sizeof where, "%s/%s", s[n->source].name, n->name) ;
    if (n->overrides && n->kind != DEFINITION_BUNDLE) strerr_warni(where, " takes the place of the built-in ", n->name) ;
    if (!n->selected)
      complaints_add(warnings, where, ": no bundle selects it, it is never started; add an empty file ", n->name, " to /" ROOT_DEFINITIONS "/" BUNDLE_USER "/contents.d") ;
    scripts_check_definition(image, n, where, warnings) ;
  }
}

void check_image (struct image const *image)
{
  struct definitionset set = DEFINITIONSET_ZERO ;
  struct complaints warnings = COMPLAINTS_ZERO ;
  struct definition_source s[NSOURCES] ;
  size_t n ;
  struct definition_builtin *builtins = builtins_make(&n) ;
  if (!builtins) strerr_diefusys(EXIT_SYSTEM, "load the definitions of the image") ;
  load(image, &set, s, builtins, n) ;
  if (builtins_select(builtins, n, &set) == -1) strerr_diefusys(EXIT_SYSTEM, "select the definitions of the image") ;
  check_nodes(image, &set, s, &warnings) ;
  scripts_check_legacy(image, &warnings) ;
  say_all(": warning: ", &warnings) ;
  complaints_free(&warnings) ;
  definitionset_free(&set) ;
  builtins_free(builtins) ;
}
