/* ISC license. */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "definitionfile.h"
#include "filelist.h"
#include "oneline.h"
#include "paths.h"
#include "stagefiles.h"

#define TYPE "type"
#define DEPENDENCIES "dependencies"
#define DEPENDENCIES_DIR "dependencies.d"

/* The type of what is at path, as in st_mode; 0: nothing is there. */
static mode_t kind_of (struct image const *image, char const *path)
{
  struct stat st ;
  return fstatat(image->rootfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_mode & S_IFMT : 0 ;
}

static int is_own (struct definition_builtin const *b, char const *name)
{
  char const *const *s = b->names ;
  for (; s && *s ; s++) if (!strcmp(*s, name)) return 1 ;
  return 0 ;
}

/* path: of PATH_MAX bytes, which all levels of a tree share: an image can have more levels than a stack of their own has room for. It is
   again as it was in the end. */
typedef void entry_func (struct moves *, struct definition_builtin const *, char *path, char const *name) ;

static void for_each (struct moves *m, struct definition_builtin const *b, char *dir, entry_func *f)
{
  struct filelist list ;
  char const *name ;
  size_t len = strlen(dir) ;
  if (filelist_open(m->image->rootfd, dir, &filelist_by_name, &list) == -1) strerr_diefusys(EXIT_SYSTEM, "read ", m->image->name, "/", dir) ;
  while ((name = filelist_next(&list)))
  {
    /* it would be no line of the record, and could forge one of ours */
    if (!is_oneline(name)) strerr_warnw("a file with a control character in its name stays in ", m->image->name, "/", dir) ;
    else if (snprintf(dir + len, PATH_MAX - len, "/%s", name) < (int)(PATH_MAX - len)) (*f)(m, b, dir, name) ;
    dir[len] = 0 ;
  }
  filelist_free(&list) ;
}

/* Empty directories stay: nobody takes them for anything, and they need not be made again. */
static void move_all (struct moves *m, struct definition_builtin const *b, char *path, char const *name)
{
  (void)name ;
  if (kind_of(m->image, path) == S_IFDIR) for_each(m, b, path, &move_all) ;
  else moves_away(m, path) ;
}

static void move_own_dependency (struct moves *m, struct definition_builtin const *b, char *path, char const *name)
{
  if (is_own(b, name)) move_all(m, b, path, name) ;
}

/* Whether all names in the list at path are dependencies of the built-in. */
static int has_own_only (struct moves *m, struct definition_builtin const *b, char const *path)
{
  struct complaints c = COMPLAINTS_ZERO ;
  struct namelist list = NAMELIST_ZERO ;
  char const *s ;
  int r = definitionfile_names(&(struct definitionplace){ .fd = m->image->rootfd, .where = "", .complaints = &c }, path, &list) == 1 && !c.n ;
  for (s = list.names.s ; r && list.n ; list.n--, s += strlen(s) + 1) r = is_own(b, s) ;
  stralloc_free(&list.names) ;
  complaints_free(&c) ;
  return r ;
}

static void move_entry (struct moves *m, struct definition_builtin const *b, char *path, char const *name)
{
  /* the last of all: until it is gone, this is not done */
  if (!strcmp(name, TYPE) || !strcmp(path, ROOT_BRANDING)) return ;
  if (!strcmp(name, DEPENDENCIES_DIR) && kind_of(m->image, path) == S_IFDIR) for_each(m, b, path, &move_own_dependency) ;
  /* it counts only where there is no directory */
  else if (!strcmp(name, DEPENDENCIES) && !has_own_only(m, b, path))
  {
    char dir[PATH_MAX] ;
    snprintf(dir, sizeof dir, "%.*s" DEPENDENCIES_DIR, (int)(strlen(path) - strlen(name)), path) ;
    if (kind_of(m->image, dir) == S_IFDIR) moves_away(m, path) ;
  }
  else move_all(m, b, path, name) ;
}

int stagefiles_exist (struct image const *image, struct definition_builtin const *b)
{
  char type[PATH_MAX] ;
  snprintf(type, sizeof type, ROOT_DEFINITIONS "/%s/" TYPE, b->name) ;
  return !!kind_of(image, type) ;
}

int stagefiles_move (struct moves *m, struct definition_builtin const *b)
{
  char dir[PATH_MAX], type[PATH_MAX] ;
  snprintf(dir, sizeof dir, ROOT_DEFINITIONS "/%s", b->name) ;
  snprintf(type, sizeof type, ROOT_DEFINITIONS "/%s/" TYPE, b->name) ;
  if (kind_of(m->image, dir) == S_IFLNK)
  {
    strerr_warnw(m->image->name, "/", dir, " is a link: left as it is; remove it, or name it with --keep") ;
    return 0 ;
  }
  if (!stagefiles_exist(m->image, b)) return 0 ;
  for_each(m, b, dir, &move_entry) ;
  moves_away(m, type) ;
  return 1 ;
}
