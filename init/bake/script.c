/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accessat.h"
#include "paths.h"
#include "script.h"
#include "scriptfile.h"

/* Programs that run the one that their argument names, found on PATH. */
static char const *const runners[] = { "with-contenv", "env" } ;

static char const *base_name (char const *path)
{
  char const *slash = strrchr(path, '/') ;
  return slash ? slash + 1 : path ;
}

/* Relative to the root; "." for the root itself. */
static char const *in_root (char const *path)
{
  path += strspn(path, "/") ;
  return *path ? path : "." ;
}

static int is_in (struct image const *image, char const *dirs, char const *name)
{
  while (*dirs)
  {
    char path[PATH_MAX] ;
    size_t n = strcspn(dirs, ":") ;
    if (snprintf(path, sizeof path, "%.*s/%s", (int)n, dirs, name) < (int)sizeof path
     && accessat(image->rootfd, in_root(path), X_OK) == 0) return 1 ;
    dirs += n + (dirs[n] == ':') ;
  }
  return 0 ;
}

/* Whether name is on the PATH of a container. While the image is built, it has the one that its ENV sets. */
static int is_on_path (struct image const *image, char const *name)
{
  char const *own = image->outsidefd == -1 ? getenv("PATH") : 0 ;
  if (name[0] == '/') return accessat(image->rootfd, in_root(name), X_OK) == 0 ;
  return is_in(image, PATH_COMMAND ":" PATH_DEFAULT, name) || (own && is_in(image, own, name)) ;
}

/* Whether the argument to the interpreter is the name of a program that it runs, and no option. */
static int runs_argument (struct scriptfile const *f)
{
  size_t i = 0 ;
  if (!f->argument || f->argument[0] == '-' || f->argument[strcspn(f->argument, "= \t")]) return 0 ;
  for (; i < sizeof runners / sizeof runners[0] ; i++) if (!strcmp(base_name(f->interpreter), runners[i])) return 1 ;
  return 0 ;
}

static char const *why_not (int e)
{
  switch (e)
  {
    case ENOENT :
    case ENOTDIR : return "is not in the image" ;
    case EISDIR :
    case ENOTSUP : return "is not a regular file" ;
    case EACCES : return "cannot be executed" ;
    default : return strerror(e) ;
  }
}

static void check_interpreter (struct image const *image, char const *subject, struct scriptfile const *f, struct complaints *warnings)
{
  if (!f->interpreter) complaints_add(warnings, subject, " does not name an interpreter in its first line") ;
  else if (accessat(image->rootfd, in_root(f->interpreter), X_OK) == -1)
    complaints_add(warnings, subject, " needs the interpreter ", f->interpreter, ", which ", why_not(errno)) ;
  else if (runs_argument(f) && !is_on_path(image, f->argument))
    complaints_add(warnings, subject, " needs ", f->argument, ", which is not on PATH in the image") ;
}

void script_check (struct image const *image, char const *subject, char const *path, enum script_use use, struct complaints *warnings)
{
  struct scriptfile f ;
  if (scriptfile_inspect(image->rootfd, in_root(path), &f) == -1)
  {
    complaints_add(warnings, subject, " ", why_not(errno)) ;
    return ;
  }
  if (!f.executable)
    complaints_add(warnings, subject, " is not executable; ", use == SCRIPT_EXECUTED_ANYWAY && !f.program ? "it is executed all the same" : "chmod +x it") ;
  if (f.program) return ;
  if (f.crlf) complaints_add(warnings, subject, " has CRLF line ends; save it with LF line ends") ;
  check_interpreter(image, subject, &f, warnings) ;
}
