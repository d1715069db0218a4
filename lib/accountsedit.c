/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include "accounts.h"
#include "accountsedit.h"
#include "accountsfile.h"
#include "accountslock.h"
#include "atomicfile.h"
#include "mountpoint.h"
#include "paths.h"

/* the fields of ids */
#define USER_UID 2
#define USER_GID 3
#define GROUP_GID 2

/* In the order they are written: whether a group or user exists is decided by group and passwd, so that what is killed before
   those is done again. */
enum name { GSHADOW, GROUP, SHADOW, PASSWD, NFILES } ;

static char const *const paths[NFILES] = { ROOT_GSHADOW, ROOT_GROUP, ROOT_SHADOW, ROOT_PASSWD } ;

struct file
{
  stralloc text ;
  int fd ;         /* -1: there is no such file */
  int loaded ;
  int changed ;
} ;

struct database
{
  int rootfd ;
  struct file files[NFILES] ;
  char const *where ;
} ;

static void forget (struct database *db)
{
  size_t i = 0 ;
  for (; i < NFILES ; i++)
  {
    if (db->files[i].loaded && db->files[i].fd >= 0) fd_close(db->files[i].fd) ;
    stralloc_free(&db->files[i].text) ;
    db->files[i] = (struct file){ .text = STRALLOC_ZERO, .fd = -1, .loaded = 0, .changed = 0 } ;
  }
}

static struct file *load (struct database *db, enum name name)
{
  struct file *f = db->files + name ;
  db->where = paths[name] ;
  if (f->loaded) return f ;
  f->fd = accountsfile_load(db->rootfd, paths[name], &f->text) ;
  if (f->fd == -1 && errno != ENOENT) return 0 ;
  f->loaded = 1 ;
  /* what comes after it is lost to whoever reads the file as lines of C strings */
  if (f->text.len && memchr(f->text.s, 0, f->text.len)) return (errno = EILSEQ, (struct file *)0) ;
  return f ;
}

static int note (struct file *f, int r)
{
  if (r == 1) f->changed = 1 ;
  return r == -1 ? -1 : 0 ;
}

static int set_id (struct database *db, enum name name, char const *entry, unsigned int field, unsigned int id)
{
  struct file *f = load(db, name) ;
  return f ? note(f, accountsfile_set_id(&f->text, entry, field, id)) : -1 ;
}

static int cat_id (stralloc *line, unsigned int id)
{
  char fmt[UINT_FMT] ;
  return stralloc_catb(line, fmt, uint_fmt(fmt, id)) && stralloc_append(line, ':') ;
}

static int add (struct database *db, enum name name, stralloc *line)
{
  struct file *f = load(db, name) ;
  return f && stralloc_0(line) ? note(f, accountsfile_add(&f->text, line->s)) : -1 ;
}

/* Adds an entry to a shadow file, where there is one and it lacks it. */
static int add_shadow (struct database *db, enum name name, char const *entry, char const *rest, stralloc *line)
{
  struct file *f = load(db, name) ;
  int r = f ? f->fd == -1 ? 1 : accountsfile_has_ids(&f->text, entry, 0, 0) : -1 ;
  if (r) return r == -1 ? -1 : 0 ;
  line->len = 0 ;
  return stralloc_cats(line, entry) && stralloc_cats(line, rest) ? add(db, name, line) : -1 ;
}

static int add_group (struct database *db, struct accountsedit const *e, stralloc *line)
{
  struct file *f = load(db, GROUP) ;
  int r = f ? accountsfile_has_ids(&f->text, e->name, &e->gid, 1) : -1 ;
  if (r) return r == -1 ? -1 : 0 ;
  if (add_shadow(db, GSHADOW, e->name, ":!::", line) == -1) return -1 ;
  line->len = 0 ;
  return stralloc_cats(line, e->name) && stralloc_cats(line, ":x:") && cat_id(line, e->gid) ? add(db, GROUP, line) : -1 ;
}

static int add_user (struct database *db, struct accountsedit const *e, stralloc *line)
{
  unsigned int ids[2] = { e->uid, e->gid } ;
  struct file *f = load(db, PASSWD) ;
  int r = f ? accountsfile_has_ids(&f->text, e->name, ids, 2) : -1 ;
  if (r) return r == -1 ? -1 : 0 ;
  if (add_shadow(db, SHADOW, e->name, ":!:::::::", line) == -1) return -1 ;
  line->len = 0 ;
  return stralloc_cats(line, e->name) && stralloc_cats(line, ":x:") && cat_id(line, e->uid) && cat_id(line, e->gid)
   && stralloc_append(line, ':') && stralloc_cats(line, e->home) && stralloc_append(line, ':') && stralloc_cats(line, e->shell)
    ? add(db, PASSWD, line) : -1 ;
}

static int change_ids (struct database *db, struct accountsedit const *e, stralloc *line)
{
  (void)line ;
  return set_id(db, PASSWD, e->name, USER_UID, e->uid) == -1
      || set_id(db, PASSWD, e->name, USER_GID, e->gid) == -1
      || set_id(db, GROUP, e->name, GROUP_GID, e->gid) == -1 ? -1 : 0 ;
}

static int add_member (struct database *db, struct accountsedit const *e, stralloc *line)
{
  struct file *f = load(db, GROUP) ;
  (void)line ;
  return f ? note(f, accountsfile_add_member(&f->text, e->name, e->member)) : -1 ;
}

static struct kind
{
  enum name file ;     /* the one that errors of the arguments are said to be about */
  int uid, gid ;       /* whether it has them */
  int (*edit) (struct database *, struct accountsedit const *, stralloc *line) ;
}
const kinds[] =
{
  [ACCOUNTSEDIT_IDS] = { PASSWD, 1, 1, &change_ids },
  [ACCOUNTSEDIT_MEMBER] = { GROUP, 0, 0, &add_member },
  [ACCOUNTSEDIT_GROUP] = { GROUP, 0, 1, &add_group },
  [ACCOUNTSEDIT_USER] = { PASSWD, 1, 1, &add_user }
} ;

/* Whether s can be a field: one that is not given is well; a name is not empty, no NIS entry or comment, one element of a list. */
static int is_field (char const *s, int name)
{
  return !s || (!s[strcspn(s, name ? ":,\n\r" : ":\n\r")] && (!name || (s[0] && !strchr("+-#", s[0])))) ;
}

static int is_valid (struct accountsedit const *e, struct kind const *k)
{
  return e->name && is_field(e->name, 1) && (e->member || e->kind != ACCOUNTSEDIT_MEMBER) && is_field(e->member, 1)
   && ((e->home && e->shell) || e->kind != ACCOUNTSEDIT_USER) && is_field(e->home, 0) && is_field(e->shell, 0)
   && (!k->uid || e->uid != (uid_t)-1) && (!k->gid || e->gid != (gid_t)-1) ;
}

/* Loads and edits, in memory. Returns 1 when a file has to be written, 0 when none, -1 and sets errno. */
static int edit_all (struct database *db, struct accountsedit const *edits, size_t n)
{
  stralloc line = STRALLOC_ZERO ;
  size_t i = 0 ;
  int changed = 0, r = 0 ;
  for (; !r && i < n ; i++)
  {
    struct kind const *k = kinds + edits[i].kind ;
    db->where = paths[k->file] ;
    if (!is_valid(edits + i, k)) { errno = EINVAL ; r = -1 ; }
    else r = (*k->edit)(db, edits + i, &line) ;
  }
  stralloc_free(&line) ;
  for (i = 0 ; i < NFILES ; i++) changed |= db->files[i].changed ;
  return r == -1 ? -1 : changed ;
}

/* Whatever can fail, but for a power cut, does so before the first file has changed. */
static int write_all (struct database *db, int etcfd)
{
  size_t i = 0 ;
  for (; i < NFILES ; i++)
  {
    struct file const *f = db->files + i ;
    if (!f->changed) continue ;
    db->where = paths[i] ;
    /* where old kernels do not tell, the rename will fail */
    if (f->fd >= 0 && mountpoint_is(f->fd)) return (errno = EBUSY, -1) ;
    if (atomicfile_prepare(db->rootfd, paths[i], f->fd, f->text.s, f->text.len) == -1) return -1 ;
  }
  for (i = 0 ; i < NFILES ; i++)
  {
    if (!db->files[i].changed) continue ;
    db->where = paths[i] ;
    if (atomicfile_commit(db->rootfd, paths[i]) == -1) return -1 ;
  }
  /* some file systems cannot sync a directory; they do not need it */
  return fsync(etcfd) == -1 && errno != EINVAL ? -1 : 0 ;
}

/* What was prepared and not committed, by us or by one who was killed. */
static void tidy (int rootfd)
{
  size_t i = 0 ;
  for (; i < NFILES ; i++) atomicfile_forget(rootfd, paths[i]) ;
}

/* What edit_all found to do, once more, now that nobody else writes. */
static int edit_locked (struct database *db, struct accountsedit const *edits, size_t n, unsigned int ms)
{
  int r = -1, e, lock ;
  /* not followed as a link: below an image root it might lead out of it */
  int etcfd = openat(db->rootfd, ROOT_ETC, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  db->where = ROOT_ETC ;
  if (etcfd == -1) return -1 ;
  lock = accountslock_take(db->rootfd, ms, &db->where) ;
  if (lock >= 0)
  {
    r = edit_all(db, edits, n) ;
    if (r == 1 && write_all(db, etcfd) == -1)
    {
      r = -1 ;
      tidy(db->rootfd) ;
    }
  }
  e = errno ;
  if (lock >= 0) accountslock_release(db->rootfd, lock) ;
  fd_close(etcfd) ;
  errno = e ;
  return r ;
}

int accountsedit_apply (int rootfd, struct accountsedit const *edits, size_t n, unsigned int ms, char const **ret_where)
{
  struct database db = { .rootfd = rootfd, .where = "" } ;
  int r, e ;
  forget(&db) ;
  r = edit_all(&db, edits, n) ;
  if (r == 1)
  {
    forget(&db) ;
    r = edit_locked(&db, edits, n, ms) ;
  }
  /* Nothing to do; but the locks of one who was killed would be in the way of shadow-utils, should a pid come again. */
  else if (!r && accountslock_exists(rootfd))
  {
    int lock = accountslock_take(rootfd, 0, &db.where) ;
    if (lock >= 0)
    {
      tidy(rootfd) ;
      accountslock_release(rootfd, lock) ;
    }
  }
  e = errno ;
  forget(&db) ;
  if (r == -1) *ret_where = db.where ;
  errno = e ;
  return r ;
}

char const *accountsedit_strerror (int e)
{
  switch (e)
  {
    case ENOENT : return "no entry of that name" ;
    case ENOTUNIQ : return "more than one entry of that name" ;
    case EEXIST : return "an entry of that name with another id" ;
    case EINVAL : return "an entry of that name that is malformed, or a value that cannot stand in it" ;
    case EILSEQ : return "a NUL byte in it" ;
    case ELOOP : return "a symbolic link" ;
    case ENOTDIR : return "a symbolic link, or no directory" ;
    case ENXIO : return "no regular file" ;
    case EBUSY : return "in use: another process has it, or it is a mount of its own" ;
    default : return strerror(e) ;
  }
}

size_t accountsedit_join (int rootfd, gid_t gid, char const *member, char name[ACCOUNTSEDIT_NAME_MAX], struct accountsedit edits[2])
{
  size_t n = 0 ;
  if (accounts_owner_of_id(rootfd, ROOT_GROUP, gid, "", name, ACCOUNTSEDIT_NAME_MAX) != 1)
  {
    gid_t other ;
    size_t len = (size_t)snprintf(name, ACCOUNTSEDIT_NAME_MAX, "group%u", gid) ;
    /* a group of this name with another gid: the name is made unique */
    for (; len < ACCOUNTSEDIT_NAME_MAX - 1 && accounts_group(rootfd, name, &other) == 0 ; name[len] = 0) name[len++] = '_' ;
    edits[n++] = (struct accountsedit){ .kind = ACCOUNTSEDIT_GROUP, .name = name, .gid = gid } ;
  }
  edits[n++] = (struct accountsedit){ .kind = ACCOUNTSEDIT_MEMBER, .name = name, .member = member } ;
  return n ;
}
