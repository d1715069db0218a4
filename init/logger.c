/* ISC license. */

/* The catch-all logger in process 1: what it needs, its place in the scandir, the fifo. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/capability.h>

#include <skalibs/djbunix.h>
#include <skalibs/env.h>
#include <skalibs/types.h>

#include "accessat.h"
#include "accounts.h"
#include "clock.h"
#include "fatal.h"
#include "logger.h"
#include "paths.h"
#include "remedies.h"
#include "servicedir.h"
#include "svevent.h"
#include "variables.h"
#include "verbosity.h"

/* for s6-supervise to start it, and s6-log to say that it reads */
#define START_TIMEOUT 8000

static struct logger logger =
  { .state = LOGGER_STARTING, .outfd = -1, .errfd = -1, .fifofd = -1, .dirfd = -1, .eventfd = -1, .deadline = TAIN_INFINITE } ;

struct owner
{
  char const *name ;
  uid_t uid ;
  gid_t gid ;
} ;

static unsigned int level (char const *const *envp)
{
  char const *value = env_get2(envp, VAR_LOGGING) ;
  unsigned int n ;
  if (!value || !*value) return 0 ;
  if (!uint0_scan(value, &n))
  {
    say_warning(VAR_LOGGING " is ", value, ", not 0, 1 or 2: ignored") ;
    return 0 ;
  }
  return n > 2 ? 2 : n ;
}

static struct owner find_user (struct boot const *b, char const *const *envp)
{
  struct owner o = { .name = b->privileges.euid ? "the container's own" : "root", .uid = b->privileges.euid, .gid = b->privileges.egid } ;
  char const *name = env_get2(envp, VAR_CATCHALL_USER) ;
  if (!name || !*name) return o ;
  if (b->privileges.euid)
  {
    say_info(VAR_CATCHALL_USER " is ignored: not running as root") ;
    return o ;
  }
  o.name = name ;
  if (accounts_user(b->rootfd, name, &o.uid, &o.gid) == -1)
    fatal(EXIT_USER, errno == ENOENT ? 0 : errno, "unable to find the user of " VAR_CATCHALL_USER " in /" ROOT_PASSWD ": ", name,
      "create the user in the image, or " REMEDY_VARIABLE) ;
  if (o.uid && !(privileges_has(&b->privileges, CAP_SETUID) && privileges_has(&b->privileges, CAP_SETGID)))
    fatal(EXIT_USER, 0, "unable to run the logger as " VAR_CATCHALL_USER " says: ", name,
      "add SETUID and SETGID " FLAGS_CAPS ", or " REMEDY_UNSET) ;
  return o ;
}

static int may_write (struct stat const *st, struct owner const *o)
{
  mode_t wanted = S_IWUSR | S_IXUSR ;
  if (!o->uid) return 1 ;
  if (st->st_uid != o->uid) wanted >>= st->st_gid == o->gid ? 3 : 6 ;
  return (st->st_mode & wanted) == wanted ;
}

/* What is there already is kept: a restarted container goes on with its log, and who wants to keep it mounts a volume there.
   Where /run has no place for it, it is with the state. */
static int open_directory (struct boot const *b, char const **ret_path)
{
  *ret_path = PATH_UNCAUGHT_LOGS ;
  if (mkdirat(b->rootfd, ROOT_UNCAUGHT_LOGS, 0700) == 0 || errno == EEXIST)
    return openat(b->rootfd, ROOT_UNCAUGHT_LOGS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (errno != EROFS && errno != EACCES && errno != EPERM) return -1 ;
  if (mkdirat(b->runfd, RUN_STATE_LOGS, 0700) == -1) return -1 ;
  *ret_path = PATH_STATE_LOGS ;
  say_info("the logs are in " PATH_STATE_LOGS ": " PATH_RUN " has no place for them") ;
  return openat(b->runfd, RUN_STATE_LOGS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
}

/* s6-log follows links, and whoever had the directory before, in a /run that others can write to, may have made some, or hard links to what
   is not his. A link that cannot be removed is left to it: where the directory has not become the logger's, nothing keeps others from more. */
static void remove_links (int fd)
{
  static char const *const names[] = { "current", "lock", "state", "newstate", "previous", "processed" } ;
  struct stat st ;
  size_t i = 0 ;
  for (; i < sizeof names / sizeof names[0] ; i++)
    if (fstatat(fd, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 && (!S_ISREG(st.st_mode) || st.st_nlink > 1)) unlinkat(fd, names[i], 0) ;
}

static void make_directory (struct boot const *b, struct owner const *o)
{
  struct stat st ;
  char const *path ;
  int e = 0, probe_e ;
  int fd = open_directory(b, &path) ;
  if (fd == -1 || fstat(fd, &st) == -1) fatal(EXIT_USER, errno, "unable to make ", path, REMEDY_MOUNT) ;
  /* where this is refused, the mode may allow it all the same */
  if ((st.st_uid != o->uid || st.st_gid != o->gid) && fchown(fd, o->uid, o->gid) == -1) e = errno ;
  else if (fchmod(fd, 02750) == -1) e = errno ;
  if (fstat(fd, &st) == -1) e = errno ;
  if (writability_probe(fd, &probe_e) != WRITABLE || !may_write(&st, o))
    fatal(EXIT_USER, probe_e ? probe_e : e, PATH_UNCAUGHT_LOGS " is not writable for the user of the logger, ", o->name, REMEDY_MOUNT ", or what is that user's") ;
  remove_links(fd) ;
  fd_close(fd) ;
}

static void make_service (struct boot const *b)
{
  int down ;
  int scanfd = openat(b->runfd, RUN_SCANDIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  int srcfd = openat(b->rootfd, ROOT_LOGGER, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (srcfd == -1) fatal(EXIT_USER, errno, "unable to open /" ROOT_LOGGER, "", "install the whole of stillroot in the image: make install") ;
  if (scanfd == -1
   || servicedir_make(scanfd, LOGGER_SERVICE, srcfd, "/" ROOT_LOGGER, 0, &down) == -1
   || mkfifoat(b->runfd, RUN_LOGGER_FIFO, 0600) == -1
   /* as with a pipe of the runtime's: a service of another user opens /dev/stdout */
   || fchmodat(b->runfd, RUN_LOGGER_FIFO, 0622, 0) == -1) goto err ;
  logger.dirfd = openat(scanfd, LOGGER_SERVICE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (logger.dirfd == -1) goto err ;
  logger.eventfd = svevent_subscribe(logger.dirfd) ;
  if (logger.eventfd == -1) goto err ;
  fd_close(srcfd) ;
  fd_close(scanfd) ;
  return ;

 err:
  fatal(errno == ENOSPC ? EXIT_USER : EXIT_SYSTEM, errno, "unable to prepare " PATH_SCANDIR "/" LOGGER_SERVICE, "",
    errno == ENOSPC ? REMEDY_RUN_SPACE : "") ;
}

/* The name under which a program that s6-svscan starts finds the container's standard error: s6-svscan keeps the descriptor. */
static int publish (int runfd, int fd)
{
  char target[64] ;
  snprintf(target, sizeof target, PATH_PROC "/%d/fd/%d", (int)getpid(), fd) ;
  return symlinkat(target, runfd, RUN_CONSOLE) ;
}

static void redirect (struct boot const *b)
{
  int fd ;
  logger.outfd = fcntl(1, F_DUPFD_CLOEXEC, 3) ;
  logger.errfd = fcntl(2, F_DUPFD_CLOEXEC, 3) ;
  /* the reader first: neither opening waits */
  logger.fifofd = openat(b->runfd, RUN_LOGGER_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  fd = openat(b->runfd, RUN_LOGGER_FIFO, O_WRONLY | O_CLOEXEC) ;
  if (logger.outfd == -1 || logger.errfd == -1 || logger.fifofd == -1 || fd == -1
   || publish(b->runfd, logger.errfd) == -1 || fd_copy(1, fd) == -1 || fd_copy(2, fd) == -1)
  {
    int e = errno ;
    if (logger.errfd >= 0) fd_copy(2, logger.errfd) ;
    fatal(EXIT_SYSTEM, e, "unable to redirect the output to the logger", "", "") ;
  }
  fd_close(fd) ;
  fatal_console(logger.errfd) ;
}

void logger_prepare (struct boot *b, char const *const *envp)
{
  struct owner o ;
  logger.level = level(envp) ;
  if (!logger.level) return ;
  if (accessat(b->rootfd, ROOT_S6_LOG, X_OK) == -1)
    fatal(EXIT_USER, errno, VAR_LOGGING " needs /" ROOT_S6_LOG, "", "install the package s6 in the image and run init-bake, or " REMEDY_UNSET) ;
  o = find_user(b, envp) ;
  make_directory(b, &o) ;
  make_service(b) ;
  redirect(b) ;
  b->logger = &logger ;
}

void logger_begin (struct boot const *b)
{
  if (b->logger) clock_deadline(&b->logger->deadline, START_TIMEOUT) ;
}

void logger_watch (struct boot const *b, iopause_fd *x, tain *deadline)
{
  struct logger const *l = b->logger ;
  x->fd = logger_is_starting(b) ? l->eventfd : -1 ;
  x->events = IOPAUSE_READ ;
  if (x->fd >= 0 && tain_less(&l->deadline, deadline)) *deadline = l->deadline ;
}

int logger_is_starting (struct boot const *b)
{
  return b->logger && b->logger->state == LOGGER_STARTING ;
}

static void settle (struct boot const *b, enum logger_state state, char const *status, char const *why)
{
  struct logger *l = b->logger ;
  l->state = state ;
  fd_close(l->eventfd) ;
  fd_close(l->dirfd) ;
  if (report_set(b->report, REPORT_SERVICES, LOGGER_SERVICE, status, why, clock_ms()) == -1) say_warningsys("keep the boot report") ;
}

/* Nobody reads the fifo, nobody is to wait for that: without our end, what is written there is lost, and its writer told so. */
static void fail (struct boot const *b, char const *why)
{
  struct logger *l = b->logger ;
  fd_copy(1, l->outfd) ;
  fd_copy(2, l->errfd) ;
  fatal_console(-1) ;
  fd_close(l->fifofd) ;
  settle(b, LOGGER_FAILED, "failed", why) ;
  fatal_say(0, "the logger of " VAR_LOGGING " ", why, "correct " VAR_LOGGING_SCRIPT ", or unset " VAR_LOGGING " " FLAGS_VARIABLE) ;
}

int logger_handle (struct boot const *b)
{
  struct logger *l = b->logger ;
  char buf[64] ;
  char why[64] ;
  s6_svstatus_t st ;
  ssize_t n ;
  if (!logger_is_starting(b)) return 0 ;
  n = svevent_read(l->eventfd, buf, sizeof buf) ;
  if (n > 0 && memchr(buf, 'U', (size_t)n)) settle(b, LOGGER_READY, "ready", "") ;
  else if (n > 0 && memchr(buf, 'd', (size_t)n) && svevent_status(l->dirfd, &st) == 0)
  {
    snprintf(why, sizeof why, "does not run: exit code %d", svevent_exitcode(st.wstat)) ;
    fail(b, why) ;
  }
  else if (!tain_future(&l->deadline)) fail(b, "is not ready in time") ;
  return l->state == LOGGER_FAILED ;
}

int logger_await (struct boot const *b)
{
  while (logger_is_starting(b))
  {
    iopause_fd x ;
    tain deadline = tain_infinite ;
    logger_watch(b, &x, &deadline) ;
    if (iopause_g(&x, 1, &deadline) == -1) return 0 ;
    if (logger_handle(b)) return 1 ;
  }
  return 0 ;
}
