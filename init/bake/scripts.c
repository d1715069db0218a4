/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "filelist.h"
#include "paths.h"
#include "script.h"
#include "scripts.h"
#include "servicedir.h"
#include "wordlist.h"

static int exists (struct image const *image, char const *path)
{
  struct stat st ;
  return fstatat(image->rootfd, path + 1, &st, AT_SYMLINK_NOFOLLOW) == 0 ;
}

static void check_longrun (struct image const *image, char const *where, struct complaints *warnings)
{
  static struct { char const *file ; enum script_use use ; } const files[] =
  {
    { "run", SCRIPT_EXECUTED_ANYWAY },
    { "finish", SCRIPT_EXECUTED_ANYWAY },
    { "data/check", SCRIPT_EXECUTED }
  } ;
  size_t i = 0 ;
  for (; i < sizeof files / sizeof files[0] ; i++)
  {
    char path[PATH_MAX] ;
    if (snprintf(path, sizeof path, "%s/%s", where, files[i].file) < (int)sizeof path && exists(image, path))
      script_check(image, path, path, files[i].use, warnings) ;
  }
}

/* What the text runs, if that is one command and an absolute path. Whatever else it is, only a boot can tell. */
static void check_text (struct image const *image, char const *where, char const *file, stralloc const *text, struct complaints *warnings)
{
  stralloc words = STRALLOC_ZERO, subject = STRALLOC_ZERO ;
  size_t n ;
  int kind = text->s ? wordlist_parse(text->s, &words, &n) : WORDLIST_EMPTY ;
  int ok = kind != -1 ;
  if (kind == WORDLIST_WORDS && words.s[0] == '/')
  {
    ok = stralloc_cats(&subject, where) && stralloc_cats(&subject, "/") && stralloc_cats(&subject, file)
     && stralloc_cats(&subject, ": ") && stralloc_cats(&subject, words.s) && stralloc_0(&subject) ;
    if (ok) script_check(image, subject.s, words.s, SCRIPT_EXECUTED, warnings) ;
  }
  if (!ok) strerr_diefusys(EXIT_SYSTEM, "check ", where) ;
  stralloc_free(&words) ;
  stralloc_free(&subject) ;
}

void scripts_check_definition (struct image const *image, struct definition_node const *n, char const *where, struct complaints *warnings)
{
  if (n->kind == DEFINITION_LONGRUN) check_longrun(image, where, warnings) ;
  if (n->kind != DEFINITION_ONESHOT) return ;
  check_text(image, where, "up", &n->up, warnings) ;
  check_text(image, where, "down", &n->down, warnings) ;
}

typedef void check_func (struct image const *, char const *path, char const *name, struct complaints *warnings) ;

static void check_directory (struct image const *image, char const *dir, check_func *check, struct complaints *warnings)
{
  struct filelist list ;
  char const *name ;
  if (filelist_open(image->rootfd, dir, &filelist_by_name, &list) == -1) strerr_diefusys(EXIT_SYSTEM, "read ", image->name, "/", dir) ;
  while ((name = filelist_next(&list)))
  {
    char path[PATH_MAX] ;
    snprintf(path, sizeof path, "/%s/%s", dir, name) ;
    (*check)(image, path, name, warnings) ;
  }
  filelist_free(&list) ;
}

static void check_contscript (struct image const *image, char const *path, char const *name, struct complaints *warnings)
{
  struct stat st ;
  (void)name ;
  /* as in the boot, a directory is no script */
  if (fstatat(image->rootfd, path + 1, &st, 0) == 0 && S_ISDIR(st.st_mode)) return ;
  script_check(image, path, path, SCRIPT_EXECUTED, warnings) ;
}

static void check_service (struct image const *image, char const *path, char const *name, struct complaints *warnings)
{
  enum servicedir_error e ;
  int notifies ;
  int fd = openat(image->rootfd, path + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1)
  {
    if (errno != ENOTDIR) complaints_add(warnings, path, ": ", strerror(errno)) ;
    return ;
  }
  e = servicedir_check(name, fd, &notifies) ;
  if (!e) e = servicedir_check_run(image->rootfd, fd, "run", 0) ;
  if (e) complaints_add(warnings, path, ": ", servicedir_error_text(e)) ;
  fd_close(fd) ;
}

void scripts_check_legacy (struct image const *image, struct complaints *warnings)
{
  check_directory(image, ROOT_ETC "/" ETC_CONT_INIT, &check_contscript, warnings) ;
  check_directory(image, ROOT_ETC "/" ETC_SERVICES, &check_service, warnings) ;
  check_directory(image, ROOT_ETC "/" ETC_CONT_FINISH, &check_contscript, warnings) ;
}
