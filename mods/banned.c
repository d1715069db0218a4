/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "banned.h"
#include "clock.h"
#include "curl.h"
#include "oneline.h"
#include "paths.h"
#include "regularfile.h"
#include "rootpath.h"
#include "variables.h"
#include "verbosity.h"

#define BLANKS " \t\r"
#define LIST_FILE "banned"

/* of connecting, and then of the list, milliseconds: a boot whose layers are there waits for no more than what is left of it */
#define FETCH_MAXTIME 10000

int banned_load (int rootfd, stralloc *list)
{
  int fd = rootpath_open(rootfd, ROOT_MODS_BANNED, O_RDONLY | O_NONBLOCK) ;
  int r, e ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  r = regularfile_read(fd, BANNED_MAX, list) ;
  e = errno ;
  fd_close(fd) ;
  return (errno = e, r) ;
}

/* In a process of its own. Exits with 0 when the list is in bodyfd; else what is wrong has been said. */
static void fetch (char const *url, int dirfd, int bodyfd)
{
  struct curl_request request = { .url = url, .dirfd = dirfd, .bodyfd = bodyfd, .max = BANNED_MAX } ;
  struct curl_answer answer ;
  char status[UINT_FMT] ;
  tain deadline ;
  prctl(PR_SET_PDEATHSIG, SIGKILL) ;
  tain_now_g() ;
  clock_deadline(&deadline, FETCH_MAXTIME) ;
  if (curl_get(&request, &deadline, &answer) == -1)
  {
    say_warningsys("fetch the list of " VAR_MODS_BANNED_URL) ;
    _exit(1) ;
  }
  if (answer.outcome == CURL_ANSWERED && answer.status == 200) _exit(0) ;
  status[uint_fmt(status, answer.status)] = 0 ;
  say_warning("unable to fetch the list of " VAR_MODS_BANNED_URL " (", answer.outcome == CURL_ANSWERED ? status : answer.message,
    "): going on with that of the image alone; correct or unset the variable") ;
  _exit(1) ;
}

void banned_begin (struct banned_fetch *f, char const *url, int dirfd)
{
  *f = (struct banned_fetch){ .pid = 0, .bodyfd = -1 } ;
  /* curl.h */
  if (!is_oneline(url))
  {
    say_warning(VAR_MODS_BANNED_URL " is no URL: going on with the list of the image alone; correct or unset it") ;
    return ;
  }
  f->bodyfd = openat(dirfd, LIST_FILE, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600) ;
  if (f->bodyfd >= 0) f->pid = fork() ;
  if (f->bodyfd >= 0 && !f->pid) fetch(url, dirfd, f->bodyfd) ;
  if (f->bodyfd == -1 || f->pid == -1)
  {
    say_warningsys("fetch the list of " VAR_MODS_BANNED_URL) ;
    f->pid = 0 ;
  }
}

void banned_end (struct banned_fetch *f, stralloc *list)
{
  int wstat ;
  if (f->pid && waitpid_nointr(f->pid, &wstat, 0) == f->pid && WIFEXITED(wstat) && !WEXITSTATUS(wstat)
   && ((list->len && !stralloc_catb(list, "\n", 1)) || lseek(f->bodyfd, 0, SEEK_SET) == -1
    || regularfile_read(f->bodyfd, BANNED_MAX, list) == -1)) say_warningsys("read the list of " VAR_MODS_BANNED_URL) ;
  if (f->bodyfd >= 0) fd_close(f->bodyfd) ;
}

void banned_cancel (struct banned_fetch *f)
{
  int wstat ;
  if (f->pid && kill(f->pid, SIGKILL) == 0) waitpid_nointr(f->pid, &wstat, 0) ;
  if (f->bodyfd >= 0) fd_close(f->bodyfd) ;
}

static int is_line (char const *line, size_t len, char const *s)
{
  return strlen(s) == len && !strncasecmp(line, s, len) ;
}

int banned_has (stralloc const *list, struct imageref const *ref)
{
  char owner[IMAGEREF_NAME_MAX + 1] ;
  char whole[2 * IMAGEREF_NAME_MAX + 2] ;
  size_t pos = 0 ;
  imageref_owner(ref, owner) ;
  snprintf(whole, sizeof whole, "%s/%s", ref->registry, owner) ;
  while (pos < list->len)
  {
    char const *line = list->s + pos ;
    char const *end = memchr(line, '\n', list->len - pos) ;
    size_t len = end ? (size_t)(end - line) : list->len - pos ;
    char const *comment = memchr(line, '#', len) ;
    pos += len + 1 ;
    if (comment) len = (size_t)(comment - line) ;
    while (len && strchr(BLANKS, line[len - 1])) len-- ;
    while (len && strchr(BLANKS, *line)) { line++ ; len-- ; }
    if (is_line(line, len, owner) || is_line(line, len, whole)) return 1 ;
  }
  return 0 ;
}
