/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "accounts.h"
#include "attributes.h"
#include "contenv.h"
#include "filelist.h"
#include "fixattrs.h"
#include "opath.h"
#include "paths.h"
#include "reason.h"
#include "rootpath.h"
#include "treeattrs.h"
#include "variables.h"
#include "verbosity.h"

/* Where a line stands, and what is to become of what goes wrong in it. */
struct place
{
  char file[PATH_MAX] ;
  unsigned int line ;
  stralloc *reason ;
} ;

struct pass
{
  struct treeattrs wanted ;
  struct treeattrs_result result ;
} ;

static char const *where (struct place const *p, char *fmt)
{
  fmt[uint_fmt(fmt, p->line)] = 0 ;
  return fmt ;
}

#define fail(place, ...) do { char fmt_[UINT_FMT] ; reason_item((place)->reason, (place)->file, ":", where(place, fmt_), ": ", __VA_ARGS__) ; } while (0)

/* " and N more", or nothing. */
static char const *more (struct treeattrs_left const *left, char *s, size_t max)
{
  s[0] = 0 ;
  if (left->n > 1) snprintf(s, max, " and %lu more", left->n - 1) ;
  return s ;
}

/* A name, or a number that is none. Returns whether there is such an account. */
static int find_account (struct boot const *b, struct fixattrs const *f, uid_t *uid, gid_t *gid)
{
  int number = accounts_id_scan(f->user, strlen(f->user), uid) ;
  gid_t primary ;
  if (accounts_user(b->rootfd, f->user, uid, &primary) == -1 && (!number || !f->group)) return 0 ;
  if (f->group) return accounts_group(b->rootfd, f->group, gid) == 0 || accounts_id_scan(f->group, strlen(f->group), gid) ;
  *gid = primary ;
  return 1 ;
}

static int apply (int dirfd, char const *name, char const *path, void *data)
{
  struct pass *pass = data ;
  treeattrs_apply(dirfd, name, path, &pass->wanted, &pass->result) ;
  return 0 ;
}

/* What could not be done. */
static void conclude (struct place const *p, struct treeattrs_result const *r)
{
  char fmt[UINT_FMT], n[64] ;
  if (r->linked.n)
    say_warning(p->file, ":", where(p, fmt), ": ", r->linked.path, more(&r->linked, n, sizeof n),
      " left as it is: it has another hard link, which may be anyone's; copy it, or chown it yourself") ;
  if (r->readonly.n)
    say_info("fix-attrs skipped in part: ", p->file, ":", where(p, fmt), ": ", r->readonly.path, more(&r->readonly, n, sizeof n),
      ": read-only file system") ;
  if (r->failed.n) fail(p, r->failed.path, more(&r->failed, n, sizeof n), ": ", opath_strerror(r->failed.e)) ;
}

static void do_line (struct boot const *b, struct place const *p, char *line)
{
  struct fixattrs f ;
  struct pass pass = { .result = { .failed = { .n = 0 } } } ;
  char const *why = "" ;
  int r = fixattrs_parse(line, &f, &why) ;
  if (!r) return ;
  if (r == -1)
  {
    fail(p, why) ;
    return ;
  }
  pass.wanted = (struct treeattrs){ .uid = f.uid, .gid = f.gid, .fmode = f.fmode, .dmode = f.dmode, .recurse = f.recurse,
    .hidden = contenv_boolean(b->contenvfd, VAR_FIX_ATTRS_HIDDEN) } ;
  if (!find_account(b, &f, &pass.wanted.uid, &pass.wanted.gid))
  {
    if (!f.has_fallback)
    {
      fail(p, "no account ", f.user, f.group ? ":" : "", f.group ? f.group : "") ;
      return ;
    }
    pass.wanted.uid = f.uid ;
    pass.wanted.gid = f.gid ;
  }
  r = rootpath_glob(b->rootfd, f.pattern, &apply, &pass) ;
  if (r == -1) fail(p, f.pattern, ": ", errno == ELOOP ? "a symbolic link on the way is not root's alone to change: not followed" : strerror(errno)) ;
  conclude(p, &pass.result) ;
}

static void do_file (struct boot const *b, struct place *p)
{
  stralloc text = STRALLOC_ZERO ;
  size_t pos = 0 ;
  int fd = openat(b->rootfd, p->file + 1, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (verbosity >= 2) strerr_warn("fix-attrs: info: applying ", p->file) ;
  if (fd == -1 || !slurp(&text, fd) || !stralloc_0(&text)) reason_item(p->reason, p->file, ": ", strerror(errno)) ;
  else for (p->line = 1 ; pos < text.len ; p->line++)
  {
    char *line = text.s + pos ;
    size_t len = strcspn(line, "\n") ;
    /* a NUL in the text ends a line too */
    line[len] = 0 ;
    pos += len + 1 ;
    do_line(b, p, line) ;
  }
  if (fd >= 0) fd_close(fd) ;
  stralloc_free(&text) ;
}

enum stage_result stage_fix_attrs (struct boot const *b, struct script *script, stralloc *reason)
{
  struct place p = { .reason = reason } ;
  struct filelist list ;
  char const *name ;
  size_t prefix ;
  (void)script ;
  prefix = (size_t)snprintf(p.file, sizeof p.file, "/%s/" ETC_FIX_ATTRS "/", b->etc) ;
  if (filelist_open(b->rootfd, p.file + 1, &filelist_by_name, &list) == -1)
  {
    reason_errno(reason, "unable to read the directory") ;
    return STAGE_INCOMPLETE ;
  }
  while ((name = filelist_next(&list)))
  {
    snprintf(p.file + prefix, sizeof p.file - prefix, "%s", name) ;
    do_file(b, &p) ;
  }
  /* s6-overlay's line */
  if (list.n && verbosity >= 1)
    strerr_warn("fix-attrs: warning: fix-attrs is deprecated, please fix volume permissions in your container manager instead") ;
  filelist_free(&list) ;
  return reason->len ? STAGE_INCOMPLETE : STAGE_DONE ;
}
