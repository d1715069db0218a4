/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fstree.h"
#include "paths.h"
#include "runlinks.h"

#define ANCHOR_NEW RUN_ANCHOR ".new"
#define TARGET_MAX 64

char const *const runlinks_names[] = { RUN_STATE, RUN_SCANDIR, RUN_LIVE, RUN_RESULTS, 0 } ;

static int leads (int runfd, char const *name, char const *target)
{
  char buf[TARGET_MAX] ;
  ssize_t n = readlinkat(runfd, name, buf, sizeof buf) ;
  return n >= 0 && (size_t)n == strlen(target) && !memcmp(buf, target, (size_t)n) ;
}

/* Whether it is the user's, or root's: in a sticky directory another user could replace a link of his own. */
static int is_of (int runfd, char const *name, uid_t uid)
{
  struct stat st ;
  return fstatat(runfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && (!st.st_uid || st.st_uid == uid) ;
}

static char const *target_of (char const *name, char *buf)
{
  snprintf(buf, TARGET_MAX, RUN_ANCHOR "/%s", name) ;
  return buf ;
}

int runlinks_lead (int runfd, char const *target)
{
  char buf[TARGET_MAX] ;
  size_t i = 0 ;
  for (; runlinks_names[i] ; i++) if (!leads(runfd, runlinks_names[i], target_of(runlinks_names[i], buf))) return 0 ;
  return leads(runfd, RUN_ANCHOR, target) ;
}

int runlinks_stay (int runfd, char const *target, uid_t euid)
{
  struct stat st ;
  size_t i = 0 ;
  if (!euid || fstat(runfd, &st) == -1 || !(st.st_mode & S_ISVTX) || st.st_uid == euid) return 0 ;
  for (; runlinks_names[i] ; i++) if (!is_of(runfd, runlinks_names[i], 0)) return 0 ;
  return is_of(runfd, RUN_ANCHOR, 0) && runlinks_lead(runfd, target) ;
}

/* Another link takes its place at once: there may be links to what it leads to that are in use. */
static int make_anchor (int runfd, char const *target)
{
  if (fstree_remove(runfd, ANCHOR_NEW) == -1 || symlinkat(target, runfd, ANCHOR_NEW) == -1) return -1 ;
  if (renameat(runfd, ANCHOR_NEW, runfd, RUN_ANCHOR) == 0) return 0 ;
  /* a directory does not give way to a link */
  if (errno == EISDIR && fstree_remove(runfd, RUN_ANCHOR) == 0 && renameat(runfd, ANCHOR_NEW, runfd, RUN_ANCHOR) == 0) return 0 ;
  {
    int e = errno ;
    unlinkat(runfd, ANCHOR_NEW, 0) ;
    errno = e ;
  }
  return -1 ;
}

int runlinks_make (int runfd, char const *target, char const **ret_what)
{
  char buf[TARGET_MAX] ;
  size_t i = 0 ;
  for (; runlinks_names[i] ; i++)
  {
    *ret_what = runlinks_names[i] ;
    if (is_of(runfd, *ret_what, geteuid()) && leads(runfd, *ret_what, target_of(*ret_what, buf))) continue ;
    if (fstree_remove(runfd, *ret_what) == -1 || symlinkat(target_of(*ret_what, buf), runfd, *ret_what) == -1) return -1 ;
  }
  *ret_what = RUN_ANCHOR ;
  return is_of(runfd, RUN_ANCHOR, geteuid()) && leads(runfd, RUN_ANCHOR, target) ? 0 : make_anchor(runfd, target) ;
}
