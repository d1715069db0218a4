/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/buffer.h>
#include <skalibs/strerr.h>

#include "accounts.h"
#include "boot.h"
#include "idmap.h"
#include "ownership.h"
#include "paths.h"
#include "programs.h"
#include "remedies.h"

#define PERIOD_MS 5000
#define PERIOD_TERMINAL_MS 250
#define NAME_SIZE 64

static struct { char const *name ; char letter ; } const long_options[] =
{
  { "recursive", 'R' }, { "no-dereference", 'h' }, { "changes", 'c' }, { "verbose", 'v' }, { "silent", 'f' }, { "quiet", 'f' }
} ;

/* what is said of what could not be done: "unable to VERB PATH: ERRNO; REMEDY" */
static struct { char const *verb, *remedy ; } const texts[] =
{
  [OWNERSHIP_CHANGED] = { "", "" },
  [OWNERSHIP_RETAINED] = { "", "" },
  [OWNERSHIP_REFUSED] = { "change the owner of ", "" },
  [OWNERSHIP_REFUSED_MOUNT] =
    { "change the owner of ", "chown it on the host, or mount it writable (said once for all that is mounted there)" },
  [OWNERSHIP_UNREADABLE] = { "look into ", "" },
  [OWNERSHIP_MOVED] = { "look into all of ", "it was moved meanwhile, run lsiown again" },
  [OWNERSHIP_LINKED] =
    { "change the owner of ", "it has links that are not below what was named; name it without -R if it is to be changed all the same" },
  [OWNERSHIP_BUSY] = { "change the owner of ", "it or its links changed all the time, run lsiown again" }
} ;

struct name { unsigned int id ; char text[NAME_SIZE] ; } ;

struct options
{
  int recursive, follow, follow_all, itself, changes, verbose, silent ;
  struct ownership_order order ;
  int rootfd ;
  int live ;                       /* a progress line stands on the terminal */
  /* the id looked up last as the old owner, the old group, the new ones: mostly the next one's too */
  struct name names[4] ;
} ;

static int set_option (struct options *o, char letter)
{
  switch (letter)
  {
    case 'R' : o->recursive = 1 ; break ;
    case 'H' : o->follow = 1 ; o->follow_all = 0 ; break ;
    case 'L' : o->follow = o->follow_all = 1 ; break ;
    case 'P' : o->follow = o->follow_all = 0 ; break ;
    case 'h' : o->itself = 1 ; break ;
    case 'c' : o->changes = 1 ; o->verbose = 0 ; break ;
    case 'v' : o->changes = o->verbose = 1 ; break ;
    case 'f' : o->silent = 1 ; break ;
    default : return 0 ;
  }
  return 1 ;
}

static int set_long_option (struct options *o, char const *name)
{
  size_t i = 0 ;
  for (; i < sizeof long_options / sizeof long_options[0] ; i++)
    if (!strcmp(name, long_options[i].name)) return set_option(o, long_options[i].letter) ;
  return 0 ;
}

/* Returns how many arguments they are. */
static int read_options (struct options *o, char const *const *argv)
{
  int i = 1 ;
  for (; argv[i] && argv[i][0] == '-' && argv[i][1] ; i++)
  {
    char const *s = argv[i] + 1 ;
    int ok = 1 ;
    if (!strcmp(s, "-")) return i + 1 ;
    if (*s == '-') ok = set_long_option(o, s + 1) ;
    else while (ok && *s) ok = set_option(o, *s++) ;
    if (!ok) strerr_dief(EXIT_USER, "unknown option ", argv[i], "; usage: ", LSIOWN_USAGE) ;
  }
  return i ;
}

static void bad_owner (char const *spec, char const *problem, char const *name)
{
  strerr_dief(EXIT_USER, problem, name, " in ", spec[0] ? spec : "an empty argument", "; expected USER:GROUP, names or numbers") ;
}

/* USER, USER:GROUP, USER: (the login group), :GROUP */
static void read_owner (struct options *o, char const *spec)
{
  char const *colon = strchr(spec, ':') ;
  size_t len = colon ? (size_t)(colon - spec) : strlen(spec) ;
  char *user = strndup(spec, len) ;
  unsigned int id ;
  gid_t login = (gid_t)-1 ;
  if (!len && (!colon || !colon[1])) bad_owner(spec, "no user and no group", "") ;
  if (!user) strerr_diefusys(EXIT_SYSTEM, "copy ", spec) ;
  /* a name first, even one that looks like a number: chown(1) */
  if (len && accounts_user(o->rootfd, user, &o->order.uid, &login) == -1)
  {
    if (!accounts_id_scan(user, len, &id)) bad_owner(spec, "unknown user ", user) ;
    o->order.uid = id ;
  }
  if (!colon) ;
  else if (!colon[1])
  {
    if (login == (gid_t)-1) bad_owner(spec, "no login group is known of user ", user) ;
    o->order.gid = login ;
  }
  else if (accounts_group(o->rootfd, colon + 1, &o->order.gid) == -1)
  {
    if (!accounts_id_scan(colon + 1, strlen(colon + 1), &id)) bad_owner(spec, "unknown group ", colon + 1) ;
    o->order.gid = id ;
  }
  free(user) ;
}

/* What is not mapped in the user namespace can own nothing: one line, not one for each file. */
static int lacks_ids (struct ownership_order const *order, int silent)
{
  struct idmap uids = IDMAP_ZERO, gids = IDMAP_ZERO ;
  stralloc what = STRALLOC_ZERO ;
  /* without /proc, nothing is known of them */
  if (idmap_read(&uids, PATH_UID_MAP) == -1 || idmap_read(&gids, PATH_GID_MAP) == -1) return 0 ;
  if (!idmap_lack(&uids, &gids, order->uid, order->gid, "uid", "gid", &what)) return 0 ;
  if (!silent && stralloc_0(&what))
    strerr_warnwu("change any owner: ", what.s, "; " REMEDY_IDS) ;
  stralloc_free(&what) ;
  return 1 ;
}

static char const *name_of (struct options *o, unsigned int which, char const *file, unsigned int id)
{
  struct name *n = o->names + which ;
  if (n->text[0] && n->id == id) return n->text ;
  n->id = id ;
  /* no name is "" */
  if (accounts_owner_of_id(o->rootfd, file, id, "", n->text, sizeof n->text) != 1) snprintf(n->text, sizeof n->text, "%u", id) ;
  return n->text ;
}

static void say_change (struct options *o, enum ownership_event event, char const *path, struct inode const *was)
{
  struct ownership_order const *order = &o->order ;
  char const *parts[] =
  {
    event == OWNERSHIP_CHANGED ? "changed ownership of '" : "ownership of '", path,
    event == OWNERSHIP_CHANGED ? "' from " : "' retained as ",
    name_of(o, 0, ROOT_PASSWD, was->uid), ":", name_of(o, 1, ROOT_GROUP, was->gid), " to ",
    name_of(o, 2, ROOT_PASSWD, order->uid == (uid_t)-1 ? was->uid : order->uid), ":",
    name_of(o, 3, ROOT_GROUP, order->gid == (gid_t)-1 ? was->gid : order->gid)
  } ;
  size_t n = event == OWNERSHIP_CHANGED ? sizeof parts / sizeof parts[0] : 6 ;
  size_t i = 0 ;
  for (; i < n ; i++) buffer_puts(buffer_1, parts[i]) ;
  buffer_puts(buffer_1, "\n") ;
}

static void clear_live (struct options *o)
{
  static char const erase[] = "\r\033[K" ;
  if (o->live && write(2, erase, sizeof erase - 1) == -1) return ;
  o->live = 0 ;
}

static char const *remedy_of (enum ownership_event event, int e)
{
  if (texts[event].remedy[0]) return texts[event].remedy ;
  return e == EPERM || e == EROFS ? "chown it on the host, or mount it writable" : "" ;
}

static void event (void *data, enum ownership_event event, char const *path, struct inode const *was, int e)
{
  struct options *o = data ;
  char const *remedy ;
  if (event == OWNERSHIP_CHANGED || event == OWNERSHIP_RETAINED)
  {
    say_change(o, event, path, was) ;
    return ;
  }
  if (o->silent) return ;
  remedy = remedy_of(event, e) ;
  clear_live(o) ;
  strerr_warnwu(texts[event].verb, path, e ? ": " : "", e ? strerror(e) : "", remedy[0] ? e ? "; " : ": " : "", remedy) ;
}

static void progress (void *data, char const *tree, uint64_t seen, uint64_t changed, unsigned int ms)
{
  struct options *o = data ;
  char line[128] ;
  clear_live(o) ;
  snprintf(line, sizeof line, "%llu entries seen, %llu changed, %llu/s", (unsigned long long)seen, (unsigned long long)changed,
    (unsigned long long)(ms ? seen * 1000 / ms : seen)) ;
  if (o->order.period_ms == PERIOD_MS) { strerr_warni(tree, ": ", line) ; return ; }
  buffer_puts(buffer_2, PROG) ;
  buffer_puts(buffer_2, ": info: ") ;
  buffer_puts(buffer_2, tree) ;
  buffer_puts(buffer_2, ": ") ;
  buffer_puts(buffer_2, line) ;
  buffer_flush(buffer_2) ;
  o->live = 1 ;
}

int lsiown_main (int argc, char const *const *argv, char const *const *envp)
{
  struct options o = { .order = { .uid = (uid_t)-1, .gid = (gid_t)-1, .event = &event, .progress = &progress } } ;
  int first, r ;
  (void)envp ;
  PROG = "lsiown" ;
  first = read_options(&o, argv) ;
  if (argc - first < 2) strerr_dieusage(EXIT_USER, LSIOWN_USAGE) ;
  o.rootfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (o.rootfd == -1) strerr_diefusys(EXIT_SYSTEM, "open /") ;
  read_owner(&o, argv[first]) ;
  if (o.follow_all && o.recursive && !o.silent) strerr_warnw("-L: links inside the tree are not followed") ;
  o.order.recursive = o.recursive ;
  o.order.follow = o.recursive ? o.follow : !o.itself ;
  o.order.changes = o.changes ;
  o.order.verbose = o.verbose ;
  o.order.period_ms = o.silent ? 0 : isatty(2) ? PERIOD_TERMINAL_MS : PERIOD_MS ;
  o.order.data = &o ;
  if (lacks_ids(&o.order, o.silent)) return 1 ;
  r = ownership_change(&o.order, AT_FDCWD, argv + first + 1, (size_t)(argc - first - 1)) ;
  clear_live(&o) ;
  if (!buffer_flush(buffer_1)) strerr_diefusys(EXIT_SYSTEM, "write to stdout") ;
  if (r == -1) strerr_diefusys(EXIT_SYSTEM, "go through the tree") ;
  return r ;
}
