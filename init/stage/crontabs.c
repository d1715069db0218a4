/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "accounts.h"
#include "atomicfile.h"
#include "cronspool.h"
#include "crontab.h"
#include "crontabs.h"
#include "paths.h"
#include "reason.h"
#include "verbosity.h"

#define MOUNT_AS "put it in the image, or mount it, as /" ROOT_CRONTABS "/root, root's and writable by no one else"

#define CRONTABS 2   /* root's and the user's */

struct crontab
{
  char const *user ;
  uid_t uid ;
  gid_t gid ;
  stralloc text ;
  int found ;
} ;

static int exists (struct boot const *b, char const *path)
{
  struct stat st ;
  return fstatat(b->rootfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ;
}

int asked_crontabs (struct boot const *b, stralloc *what)
{
  /* abc's of the volume counts only beside a default, which its being there goes with */
  static char const *const places[] =
  {
    ROOT_CRONTABS "/" APP_USER, ROOT_CRONTABS "/root", ROOT_CRONTABS_DEFAULT "/" APP_USER, ROOT_CRONTABS_DEFAULT "/root", ROOT_CRONTABS_CONFIG "/root"
  } ;
  size_t i = 0 ;
  for (; i < sizeof places / sizeof places[0] ; i++) if (exists(b, places[i])) reason_item(what, "/", places[i]) ;
  return what->len != 0 ;
}

/* Whether r is 1; what else is wrong is said. */
static int is_read (int r, char const *path, char const *remedy)
{
  if (r == -1) say_warning("/", path, " is not used as a crontab: ", crontab_strerror(errno), "; ", remedy) ;
  return r == 1 ;
}

static void find_root (struct boot const *b, struct crontab *c)
{
  static char const *const places[] = { ROOT_CRONTABS "/root", ROOT_CRONTABS_DEFAULT "/root" } ;
  size_t i = 0 ;
  if (exists(b, ROOT_CRONTABS_CONFIG "/root"))
    say_warning("/" ROOT_CRONTABS_CONFIG "/root is ignored: root's jobs are not taken from where the application can write; "
      MOUNT_AS ", and remove this one") ;
  for (; i < sizeof places / sizeof places[0] && !c->found ; i++)
    c->found = is_read(crontab_read_trusted(b->rootfd, places[i], &c->text), places[i], MOUNT_AS) ;
}

/* The user's own copy, for it to edit. */
static void create_own (struct boot const *b, struct crontab const *c)
{
  struct stat const attributes = { .st_mode = 0644, .st_uid = c->uid, .st_gid = c->gid } ;
  int made, fd = -1, r = -1 ;
  int configfd = openat(b->rootfd, ROOT_CONFIG, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (configfd >= 0)
  {
    made = mkdirat(configfd, CONFIG_CRONTABS, 0755) == 0 ;
    if (made || errno == EEXIST) fd = openat(configfd, CONFIG_CRONTABS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
    if (fd >= 0 && (!made || fchown(fd, c->uid, c->gid) == 0))
      r = atomicfile_install(fd, c->user, c->text.s, c->text.len, &attributes, 0) ;
  }
  if (r == -1) say_warningsys("create /" ROOT_CRONTABS_CONFIG "/", c->user) ;
  if (fd >= 0) fd_close(fd) ;
  if (configfd >= 0) fd_close(configfd) ;
}

/* What root alone can write may be anything; what abc can, only what it can read too. */
static int read_system (struct boot const *b, struct crontab *c)
{
  int r = crontab_read_trusted(b->rootfd, ROOT_CRONTABS "/" APP_USER, &c->text) ;
  if (r == -1 && errno == EPERM) r = crontab_read_user(b->rootfd, ROOT_CRONTABS "/" APP_USER, c->uid, c->gid, &c->text) ;
  return is_read(r, ROOT_CRONTABS "/" APP_USER, "mend it in the image") ;
}

/* The system's, or the default; where there is a default, what the user has made of it. */
static void find_user (struct boot const *b, int spoolfd, struct crontab *c)
{
  stralloc text = STRALLOC_ZERO ;
  int trusted, r ;
  c->found = read_system(b, c) || (spoolfd >= 0 && crontab_read(spoolfd, c->user, &c->text, &trusted) == 1) ;
  r = crontab_read_user(b->rootfd, ROOT_CRONTABS_DEFAULT "/" APP_USER, c->uid, c->gid, &text) ;
  if (is_read(r, ROOT_CRONTABS_DEFAULT "/" APP_USER, "mend it in the image"))
  {
    if (!c->found) c->found = stralloc_copy(&c->text, &text) ;
    text.len = 0 ;
    r = crontab_read_user(b->rootfd, ROOT_CRONTABS_CONFIG "/" APP_USER, c->uid, c->gid, &text) ;
    if (is_read(r, ROOT_CRONTABS_CONFIG "/" APP_USER, "make it a plain file that " APP_USER " can read")) c->found = stralloc_copy(&c->text, &text) ;
    else if (!r && c->found) create_own(b, c) ;
  }
  stralloc_free(&text) ;
}

/* Returns 0, or the errno of one that could not be installed; failed: all those. */
static int install (int spoolfd, enum crondaemon daemon, struct crontab const *c, stralloc *failed)
{
  size_t i = 0 ;
  int e = 0 ;
  failed->len = 0 ;
  for (; i < CRONTABS ; i++)
  {
    if (!c[i].found) continue ;
    if (spoolfd >= 0 && cronspool_install(spoolfd, daemon, c[i].user, c[i].uid, c[i].text.s, c[i].text.len) >= 0) continue ;
    e = spoolfd >= 0 ? errno : ENOENT ;
    reason_item(failed, c[i].user) ;
  }
  return e ;
}

/* Busybox's daemon takes a spool in memory. */
static int install_in_run (struct boot const *b, int spoolfd, struct crontab const *c, stralloc *failed)
{
  int e = 0 ;
  int fd = -1 ;
  if (mkdirat(b->runfd, RUN_CRONTABS, 0700) == 0)
    fd = openat(b->runfd, RUN_CRONTABS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return errno ;
  if (spoolfd >= 0 && cronspool_copy(spoolfd, fd) == -1) say_warningsys("copy /" ROOT_CRON_SPOOL " to " PATH_RUN "/" RUN_CRONTABS) ;
  e = install(fd, CRONDAEMON_BUSYBOX, c, failed) ;
  fd_close(fd) ;
  return e ;
}

/* On Alpine the spool is /etc/crontabs: what was refused there stands in the spool all the same. */
static int has_refused (int spoolfd)
{
  stralloc text = STRALLOC_ZERO ;
  int trusted = 1 ;
  crontab_read(spoolfd, "root", &text, &trusted) ;
  stralloc_free(&text) ;
  return !trusted ;
}

/* The names of those that have something to run. */
static int list (struct crontab const *c, stralloc *names)
{
  size_t i = 0 ;
  for (; i < CRONTABS ; i++) if (c[i].found && crontab_has_entries(c[i].text.s, c[i].text.len)) reason_item(names, c[i].user) ;
  return names->len && stralloc_0(names) ;
}

static void no_daemon (struct crontab const *c, stralloc *reason)
{
  stralloc names = STRALLOC_ZERO ;
  if (list(c, &names))
  {
    reason_add(reason, "no cron daemon in the image: nothing runs the crontabs of ", names.s) ;
    say_warning("no cron daemon in the image: nothing runs the crontabs of ", names.s, "; install the package cron, or busybox with its crond") ;
  }
  stralloc_free(&names) ;
}

static enum stage_result install_all (struct boot const *b, int spoolfd, struct crontab const *c, stralloc *reason)
{
  enum crondaemon daemon = crondaemon_find(b->rootfd) ;
  stralloc failed = STRALLOC_ZERO ;
  int e ;
  if (daemon == CRONDAEMON_NONE)
  {
    no_daemon(c, reason) ;
    return STAGE_DONE ;
  }
  e = install(spoolfd, daemon, c, &failed) ;
  if (daemon == CRONDAEMON_BUSYBOX && (e || has_refused(spoolfd))) e = install_in_run(b, spoolfd, c, &failed) ;
  if (e && stralloc_0(&failed))
  {
    reason_add(reason, "unable to write /" ROOT_CRON_SPOOL " (", strerror(e), "): crontabs not installed: ", failed.s) ;
    if (e == EROFS) say_info("init-crontab-config skipped in part: the root file system is read-only: crontabs not installed: ", failed.s) ;
  }
  stralloc_free(&failed) ;
  return e && e != EROFS ? STAGE_INCOMPLETE : STAGE_DONE ;
}

enum stage_result stage_crontabs (struct boot const *b, struct script *script, stralloc *reason)
{
  struct crontab c[CRONTABS] = { { .user = "root", .text = STRALLOC_ZERO }, { .user = APP_USER, .text = STRALLOC_ZERO } } ;
  enum stage_result result ;
  int spoolfd = cronspool_open(b->rootfd) ;
  (void)script ;
  if (spoolfd == -1 && errno == EPERM)
    say_warning("/" ROOT_CRON_SPOOL " is not used: others than root can write it; chown it to root, and chmod it o-w, in the image") ;
  find_root(b, c) ;
  if (accounts_user(b->rootfd, APP_USER, &c[1].uid, &c[1].gid) == 0) find_user(b, spoolfd, c + 1) ;
  result = install_all(b, spoolfd, c, reason) ;
  if (spoolfd >= 0) fd_close(spoolfd) ;
  stralloc_free(&c[0].text) ;
  stralloc_free(&c[1].text) ;
  return result ;
}

int asked_cron (struct boot const *b, stralloc *what)
{
  int fd = openat(b->runfd, RUN_CRONTABS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) fd = cronspool_open(b->rootfd) ;
  if (fd == -1) return 0 ;
  if (crondaemon_find(b->rootfd) != CRONDAEMON_NONE) cronspool_list(fd, what) ;
  fd_close(fd) ;
  return what->len != 0 ;
}
