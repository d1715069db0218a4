/* ISC license. */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "accessat.h"
#include "boot.h"
#include "needs.h"
#include "paths.h"

/* s6-overlay has them in the last one alone */
static char const *const dirs[] = { ROOT_EXECLINE_DIR, ROOT_PROGRAM_DIRS, ROOT_COMMAND } ;

static struct { char const *name, *package ; } const needed[] =
{
  { "s6-svscan", "s6" },
  { "s6-supervise", "s6" },
  { "execlineb", "execline" }
} ;

static int find_program (struct image const *image, char const *name)
{
  size_t i = 0 ;
  for (; i < sizeof dirs / sizeof dirs[0] ; i++)
  {
    char path[PATH_MAX] ;
    snprintf(path, sizeof path, "%s/%s", dirs[i], name) ;
    if (accessat(image->rootfd, path, X_OK) == 0) return 1 ;
  }
  return 0 ;
}

void needs_check (struct image const *image)
{
  size_t i = 0 ;
  for (; i < sizeof needed / sizeof needed[0] ; i++)
    if (!find_program(image, needed[i].name))
      strerr_dief(EXIT_USER, needed[i].name, " is not in the image: install the package ", needed[i].package, " first") ;
  if (accessat(image->rootfd, ROOT_EXE, X_OK) == -1)
    strerr_dief(EXIT_USER, image->name, PATH_EXE, " is not in the image: install stillroot there first") ;
}
