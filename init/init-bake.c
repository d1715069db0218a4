/* ISC license. */

/* Runs at image build: gives the image what the boot relies on. See init-bake(8). */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/strerr.h>

#include "adopt.h"
#include "boot.h"
#include "check.h"
#include "commands.h"
#include "directory.h"
#include "image.h"
#include "imagemods.h"
#include "needs.h"
#include "paths.h"
#include "programs.h"
#include "user.h"

struct options
{
  void (*run) (struct image const *, struct options const *) ;
  char const *root ;
  int adopt ;
  char const **keep ;   /* names of stages */
  size_t nkeep ;
  char const *const *mods ;   /* references */
} ;

static void enter (struct image const *image)
{
  if (image_enter(image) == -1)
    strerr_diefusys(EXIT_USER, "make ", image->name, " the root directory, which keeps its links from leading out of it (run init-bake as root)") ;
}

static void bake (struct image const *image)
{
  image_leave(image) ;
  user_bake(image) ;
  enter(image) ;
  directory_bake(image, ROOT_APP, USER_ID) ;
  directory_bake(image, ROOT_CONFIG, USER_ID) ;
  directory_bake(image, ROOT_DEFAULTS, USER_ID) ;
  directory_bake_run(image) ;
  commands_bake(image) ;
  directory_bake_var_run(image) ;
}

/* Where the check alone is asked for, it is better done with links that lead astray than not at all. */
static void enter_to_look (struct image const *image)
{
  if (image_enter(image) == -1)
    strerr_warnwusys("make ", image->name, " the root directory: absolute links of the image lead to files of this machine") ;
}

static void run_check (struct image const *image, struct options const *o)
{
  (void)o ;
  enter_to_look(image) ;
  check_image(image) ;
  strerr_warni("the definitions of the image are in order") ;
}

static void run_bake (struct image const *image, struct options const *o)
{
  enter(image) ;
  needs_check(image) ;
  if (o->adopt) adopt_image(image, o->keep, o->nkeep) ;
  bake(image) ;
  check_image(image) ;
  strerr_warni("the image is ready: ENTRYPOINT [\"/init\"]") ;
}

static void run_restore (struct image const *image, struct options const *o)
{
  (void)o ;
  enter(image) ;
  adopt_restore(image) ;
}

static void run_mods (struct image const *image, struct options const *o)
{
  mods_bake(o->mods) ;
  check_image(image) ;
  strerr_warni("the mods are in the image, and its definitions are in order") ;
}

/* Returns whether argv makes sense. o->keep has room for all of argv. */
static int parse (int argc, char const *const *argv, struct options *o)
{
  int i = 1 ;
  if (argc > 1 && !strcmp(argv[1], "mods"))
  {
    o->run = &run_mods ;
    o->mods = argv + 2 ;
    return argc > 2 && argv[2][0] != '-' ;
  }
  for (; i < argc && argv[i][0] == '-' ; i++)
  {
    if (!strcmp(argv[i], "--keep") && o->adopt && i + 1 < argc) o->keep[o->nkeep++] = argv[++i] ;
    else if (o->run != &run_bake || o->adopt) return 0 ;
    else if (!strcmp(argv[i], "--check")) o->run = &run_check ;
    else if (!strcmp(argv[i], "--restore")) o->run = &run_restore ;
    else if (!strcmp(argv[i], "--adopt")) o->adopt = 1 ;
    else return 0 ;
  }
  if (i < argc) o->root = argv[i++] ;
  return i == argc ;
}

int init_bake_main (int argc, char const *const *argv, char const *const *envp)
{
  struct image image ;
  struct options o = { .run = &run_bake, .root = "/" } ;
  (void)envp ;
  PROG = "init-bake" ;
  o.keep = malloc((size_t)argc * sizeof *o.keep) ;
  if (!o.keep) strerr_diefusys(EXIT_SYSTEM, "read the arguments") ;
  if (!parse(argc, argv, &o)) strerr_dieusage(EXIT_USER, INIT_BAKE_USAGE) ;
  umask(022) ;
  image_open(&image, o.root) ;
  (*o.run)(&image, &o) ;
  free(o.keep) ;
  return 0 ;
}
