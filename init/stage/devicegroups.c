/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "accountsedit.h"
#include "devicegroups.h"
#include "devicenode.h"
#include "membership.h"
#include "paths.h"
#include "reason.h"
#include "variables.h"
#include "verbosity.h"

#define WISHES_MAX 256

/* A group that abc is to be in, for the sake of path. */
struct wish
{
  gid_t gid ;
  char const *path ;
} ;

/* Reads the list into text, which the wishes point into; one for each group. Returns their number. */
static size_t load (struct boot const *b, stralloc *text, struct wish *wishes)
{
  struct membership user ;
  size_t n = 0, pos = 0 ;
  int fd = openat(b->runfd, RUN_DEVICES, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  if (fd == -1) return 0 ;
  if (!slurp(text, fd) || membership_find(b->rootfd, APP_USER, &user) == -1) text->len = 0 ;
  fd_close(fd) ;
  for (; pos < text->len && n < WISHES_MAX ; pos += strlen(text->s + pos) + 1)
  {
    struct stat st ;
    size_t i = 0 ;
    int device = devicenode_open(b->rootfd, text->s + pos, &st) ;
    if (device == -1) continue ;
    fd_close(device) ;
    if (!devicenode_is(&st) || membership_has(&user, st.st_gid)) continue ;
    while (i < n && wishes[i].gid != st.st_gid) i++ ;
    if (i == n) wishes[n++] = (struct wish){ .gid = st.st_gid, .path = text->s + pos } ;
  }
  return n ;
}

int asked_device_groups (struct boot const *b, stralloc *what)
{
  struct wish wishes[WISHES_MAX] ;
  stralloc text = STRALLOC_ZERO ;
  size_t n = load(b, &text, wishes) ;
  size_t i = 0 ;
  for (; i < n ; i++)
  {
    char fmt[UINT_FMT] ;
    fmt[uint_fmt(fmt, wishes[i].gid)] = 0 ;
    reason_add(what, what->len ? ", " : "", APP_USER " in group ", fmt, " of ", wishes[i].path) ;
  }
  stralloc_free(&text) ;
  return n != 0 ;
}

static void announce (struct wish const *w, char const *name, int made)
{
  char fmt[UINT_FMT] ;
  fmt[uint_fmt(fmt, w->gid)] = 0 ;
  if (made) say_out("**** creating group ", name, " with id ", fmt, " ****") ;
  say_out("**** adding ", w->path, " to group ", name, " with id ", fmt, " ****") ;
  if (!w->gid) say_warning(w->path, " is of the group root, which " APP_USER " joins for it; give the device a group of its own on the host") ;
}

enum stage_result stage_device_groups (struct boot const *b, struct script *script, stralloc *reason)
{
  struct wish wishes[WISHES_MAX] ;
  struct accountsedit edits[2 * WISHES_MAX] ;
  char names[WISHES_MAX][ACCOUNTSEDIT_NAME_MAX] ;
  stralloc text = STRALLOC_ZERO ;
  char const *where = "" ;
  size_t n = load(b, &text, wishes) ;
  size_t i = 0, nedits = 0 ;
  int r ;
  (void)script ;
  for (; i < n ; i++)
  {
    size_t made = accountsedit_join(b->rootfd, wishes[i].gid, APP_USER, names[i], edits + nedits) ;
    announce(wishes + i, names[i], made == 2) ;
    nedits += made ;
  }
  r = accountsedit_apply(b->rootfd, edits, nedits, ACCOUNTS_WAIT_MS, &where) ;
  if (r == -1) reason_add(reason, "unable to change /", where, ": ", accountsedit_strerror(errno), "; mend it in the image, or unset " VAR_DEVICES) ;
  stralloc_free(&text) ;
  return r == -1 ? STAGE_INCOMPLETE : STAGE_DONE ;
}
