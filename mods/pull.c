/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "apply.h"
#include "banned.h"
#include "boot.h"
#include "clock.h"
#include "fetch.h"
#include "modname.h"
#include "modrecord.h"
#include "modsource.h"
#include "outcome.h"
#include "paths.h"
#include "reason.h"
#include "rootpath.h"
#include "store.h"
#include "trusted.h"
#include "variables.h"
#include "verbosity.h"

/* in ROOT_MODS_CACHE, which other programs may use too; and in the directory of downloads, where there is no cache */
#define STORE "stillroot"

struct pull
{
  struct modstate const *state ;
  struct modlist const *list ;
  struct modsettings const *settings ;
  struct fetch *fetches ;   /* one for each of the list */
} ;

static int make_store (int dirfd)
{
  if (mkdirat(dirfd, STORE, 0700) == -1 && errno != EEXIST) return -1 ;
  return openat(dirfd, STORE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
}

/* What others could write is not what we have verified: a tag's digest is believed as it lies there. Returns fd; -1, and closes it. */
static int trust (int fd, char const *why_not)
{
  struct stat st ;
  if (fd == -1 || fstat(fd, &st) == -1) say_warningsys("use /" ROOT_MODS_CACHE " as a cache") ;
  else if (is_trusted(&st)) return fd ;
  else say_warning(why_not) ;
  if (fd >= 0) fd_close(fd) ;
  return -1 ;
}

static int open_cache (int rootfd)
{
  int fd ;
  int dirfd = rootpath_open(rootfd, ROOT_MODS_CACHE, O_RDONLY | O_DIRECTORY) ;
  if (dirfd == -1 && errno == ENOENT) return -1 ;
  dirfd = trust(dirfd, "/" ROOT_MODS_CACHE " is not used: others than root can write it; chown it to root:root and chmod it go-w") ;
  if (dirfd == -1) return -1 ;
  fd = trust(make_store(dirfd), "/" ROOT_MODS_CACHE "/" STORE " is not used: others than root can write it, or could; remove it") ;
  fd_close(dirfd) ;
  return fd ;
}

static void refuse (struct fetch *f, char const *a, char const *b)
{
  f->state = FETCH_FAILED ;
  snprintf(f->why, sizeof f->why, "%s%s; correct or remove it", a, b) ;
}

/* The layer that the root has of it already. */
static void find_applied (struct pull const *p, struct fetch *f)
{
  modrecord_read_mod(p->state->recordsfd, f->name, f->applied, 0) ;
}

/* One that is refused already is not judged again. */
static void judge (struct pull const *p, struct fetch *f, stralloc const *banned)
{
  if (f->state == FETCH_FAILED || !banned_has(banned, &f->ref)) return ;
  if (p->settings->run_banned) say_warning(f->name, " is of an owner who is banned, and is applied because of " VAR_RUN_BANNED) ;
  else refuse(f, "its owner is banned", "") ;
}

/* What can be known of it before anything is asked of anybody. */
static void prepare (struct pull const *p, size_t i, stralloc const *banned)
{
  struct fetch *f = p->fetches + i ;
  char const *why ;
  f->name = p->list->names[i] ;
  if (imageref_parse(f->name, p->settings->force_registry, &f->ref, &why) == -1) refuse(f, "it is no reference to an image: ", why) ;
  judge(p, f, banned) ;
  if (f->state == FETCH_FAILED) return ;
  find_applied(p, f) ;
  say_out("[mod-init] Adding ", f->name, " to container") ;
}

static int is_same (struct fetch const *f)
{
  return f->state == FETCH_READY && !strcmp(f->digest, f->applied) ;
}

/* Of two that have the same file the later one counts, also when only the first has changed. */
static int list_later (struct pull const *p, size_t i, struct nametable *paths)
{
  for (i++ ; i < p->list->n ; i++) if (is_same(p->fetches + i) && apply_list(p->state, p->fetches[i].name, paths) == -1) return -1 ;
  return 0 ;
}

static enum apply_result apply_one (struct pull const *p, size_t i, int storefd, stralloc *why)
{
  struct fetch const *f = p->fetches + i ;
  struct nametable later = NAMETABLE_ZERO ;
  struct apply_order order = { .mod = f->name, .digest = f->digest, .later = &later } ;
  enum apply_result result = APPLY_SYSTEM ;
  if (f->state != FETCH_READY)
  {
    reason_add(why, f->why) ;
    return APPLY_REFUSED ;
  }
  if (is_same(f)) return APPLY_SAME ;
  /* verified once more, by the process that unpacks it */
  order.fd = store_open(storefd, f->digest) ;
  if (order.fd == -1) reason_errno(why, "what was downloaded of it cannot be opened") ;
  else if (list_later(p, i, &later) == -1) reason_errno(why, "unable to read the records of later mods") ;
  else result = apply_mod(p->state, &order, why) ;
  if (order.fd >= 0) fd_close(order.fd) ;
  nametable_free(&later) ;
  return result ;
}

static int apply_all (struct pull const *p, int storefd)
{
  size_t i = 0 ;
  int code = 0 ;
  for (; i < p->list->n ; i++)
  {
    struct fetch const *f = p->fetches + i ;
    stralloc why = STRALLOC_ZERO ;
    enum apply_result r = apply_one(p, i, storefd, &why) ;
    outcome_say(f->name, f->digest, r, &why) ;
    code = outcome_code(code, r) ;
    stralloc_free(&why) ;
  }
  return code ;
}

/* Returns 0, or -1 when we are to end. */
static int get_all (struct pull const *p, int storefd)
{
  struct fetch_settings settings = { .storefd = storefd, .workfd = p->state->workfd, .debug = p->settings->debug } ;
  struct banned_fetch coming = { .pid = 0, .bodyfd = -1 } ;
  stralloc banned = STRALLOC_ZERO ;
  sigset_t set, old ;
  size_t i = 0 ;
  int r ;
  clock_deadline(&settings.deadline, p->settings->timeout ? p->settings->timeout : UINT_MAX) ;
  /* the list that a URL names comes while the layers do, and counts before any is applied */
  if (p->settings->banned_url[0]) banned_begin(&coming, p->settings->banned_url, p->state->workfd) ;
  if (banned_load(p->state->rootfd, &banned) == -1) say_warningsys("read /" ROOT_MODS_BANNED) ;
  for (; i < p->list->n ; i++) prepare(p, i, &banned) ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  sigaddset(&set, SIGTERM) ;
  sigprocmask(SIG_BLOCK, &set, &old) ;
  r = fetch_all(p->fetches, p->list->n, &settings) ;
  /* from here on a start that is killed is finished by the next */
  sigprocmask(SIG_SETMASK, &old, 0) ;
  if (r == -1)
  {
    banned_cancel(&coming) ;
    stralloc_free(&banned) ;
    return -1 ;
  }
  banned.len = 0 ;
  banned_end(&coming, &banned) ;
  for (i = 0 ; i < p->list->n ; i++) judge(p, p->fetches + i, &banned) ;
  stralloc_free(&banned) ;
  return 0 ;
}

int pull_mods (struct modstate const *s, struct modlist const *list, struct modsettings const *settings)
{
  struct pull p = { .state = s, .list = list, .settings = settings, .fetches = fetch_new(list->n) } ;
  int storefd = open_cache(s->rootfd) ;
  int code ;
  if (storefd == -1) storefd = make_store(s->workfd) ;
  if (storefd == -1 || !p.fetches)
  {
    say_warningsys("make room for downloads") ;
    return EXIT_SYSTEM ;
  }
  code = get_all(&p, storefd) == -1 ? MODS_ENDED : apply_all(&p, storefd) ;
  fd_close(storefd) ;
  return code ;
}
