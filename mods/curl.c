/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include "clock.h"
#include "curl.h"
#include "execargs.h"
#include "oneline.h"
#include "paths.h"
#include "variables.h"
#include "version.h"

#define OUTPUT_MAX 2048

/* what the file of the headers may have, which is under the same limit as the body */
#define HEADERS_ROOM 262144

/* what stands before what --write-out says, behind curl's own messages */
#define MARK "\n="

/* --speed-time: the same for what has been connected to and says nothing. What an answer has of other encodings would not be what the digest is of. */
static char const *const argv[] =
{
  "curl", "--disable", "--config", "-", "--silent", "--show-error", "--globoff", "--location", "--max-redirs", "5",
  "--connect-timeout", CURL_CONNECT_TIME, "--speed-limit", "1", "--speed-time", CURL_CONNECT_TIME,
  "--dump-header", CURL_HEADERS, "--write-out", "%{stderr}" MARK "%{http_code} %{time_connect}", 0
} ;

/* what a container is given for programs that use the network: curl(1), "ENVIRONMENT" */
static char const *const kept[] =
{
  "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"
} ;

#define KEPT (sizeof kept / sizeof kept[0])

/* exit codes of curl(1) */
enum { PROTOCOL = 1, RESOLVE_PROXY = 5, RESOLVE = 6, CONNECT = 7, WRITE = 23, TIMEOUT = 28, TLS = 35, REDIRECTS = 47, PEER = 60, LARGE = 63, CA_FILE = 77 } ;

static int cat_option (stralloc *sa, char const *name, char const *prefix, char const *value)
{
  if (!stralloc_cats(sa, name) || !stralloc_cats(sa, " = \"") || !stralloc_cats(sa, prefix)) return 0 ;
  for (; *value ; value++)
  {
    if ((*value == '"' || *value == '\\') && !stralloc_catb(sa, "\\", 1)) return 0 ;
    if (!stralloc_catb(sa, value, 1)) return 0 ;
  }
  return stralloc_cats(sa, "\"\n") ;
}

/* What is left until the deadline, as curl wants it: seconds with a fraction. 0: nothing. */
static int time_left (tain const *deadline, char *buf, size_t size)
{
  int ms = clock_left(deadline) ;
  if (!ms) return 0 ;
  /* without a limit: a day */
  if (ms < 0) ms = 86400000 ;
  snprintf(buf, size, "%d.%03d", ms / 1000, ms % 1000 ? ms % 1000 : 1) ;
  return 1 ;
}

static int make_config (struct curl_request const *r, char const *seconds, stralloc *sa)
{
  char max[UINT64_FMT] ;
  /* what an answer that is none of use has to say may be longer than what was asked for */
  max[uint64_fmt(max, r->max > HEADERS_ROOM ? r->max : HEADERS_ROOM)] = 0 ;
  return cat_option(sa, "url", "", r->url) && cat_option(sa, "max-time", "", seconds) && cat_option(sa, "max-filesize", "", max)
    && cat_option(sa, "proto", "", "=http,https")
    /* what was asked for over TLS is not given over less */
    && cat_option(sa, "proto-redir", "", strncmp(r->url, "https:", 6) ? "=http,https" : "=https")
    && cat_option(sa, "user-agent", "stillroot/", STILLROOT_VERSION)
    && (!r->accept || cat_option(sa, "header", "Accept: ", r->accept))
    && (!r->token || cat_option(sa, "header", "Authorization: Bearer ", r->token)) ;
}

static void become_curl (struct curl_request const *r, int in, int out)
{
  /* one with this name may be in the container's PATH before the system's */
  static char const path[] = "PATH=" PATH_DEFAULT ;
  char const *envp[KEPT + 2] = { path } ;
  char const *dirs = PATH_DEFAULT ;
  rlim_t max = (rlim_t)(r->max + HEADERS_ROOM) ;
  struct rlimit limit ;
  stralloc variables[KEPT] = { STRALLOC_ZERO } ;
  size_t i = 0, n = 1 ;
  /* not to outlive who waits for it */
  prctl(PR_SET_PDEATHSIG, SIGKILL) ;
  for (; i < KEPT ; i++)
  {
    char const *value = getenv(kept[i]) ;
    if (!value || !stralloc_cats(variables + i, kept[i]) || !stralloc_cats(variables + i, "=") || !stralloc_cats(variables + i, value)
     || !stralloc_0(variables + i)) continue ;
    envp[n++] = variables[i].s ;
  }
  envp[n] = 0 ;
  /* an answer that does not say how long it is has no other bound */
  if (getrlimit(RLIMIT_FSIZE, &limit) == -1) _exit(127) ;
  /* it may be lower already, and cannot be raised then */
  if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > max) limit.rlim_max = max ;
  limit.rlim_cur = limit.rlim_max ;
  if (setrlimit(RLIMIT_FSIZE, &limit) == -1 || fchdir(r->dirfd) == -1) _exit(127) ;
  if (dup2(in, 0) == -1 || dup2(r->bodyfd, 1) == -1 || dup2(out, 2) == -1) _exit(127) ;
  signal(SIGPIPE, SIG_DFL) ;
  while (*dirs)
  {
    char file[64] ;
    size_t len = strcspn(dirs, ":") ;
    snprintf(file, sizeof file, "%.*s/curl", (int)len, dirs) ;
    execve(file, execargs(argv), execargs(envp)) ;
    dirs += len + (dirs[len] == ':') ;
  }
  _exit(127) ;
}

/* Feeds the configuration, which is less than a pipe has room for, and reads what is said, to its end. */
static int converse (int in, int out, stralloc const *config, char *output)
{
  size_t len = 0 ;
  char more[OUTPUT_MAX] ;
  ssize_t r = 1 ;
  int fed = allwrite(in, config->s, config->len) == config->len || errno == EPIPE ;
  fd_close(in) ;
  while (r > 0)
  {
    r = fd_read(out, more, sizeof more) ;
    if (r <= 0) break ;
    if ((size_t)r > OUTPUT_MAX - 1 - len)
    {
      /* the end is what counts */
      size_t drop = (size_t)r + len - (OUTPUT_MAX - 1) ;
      if (drop > len) drop = len ;
      memmove(output, output + drop, len - drop) ;
      len -= drop ;
    }
    memcpy(output + len, more, (size_t)r) ;
    len += (size_t)r ;
  }
  output[len] = 0 ;
  return r == -1 || !fed ? -1 : 0 ;
}

static enum curl_outcome of_exit (int code, unsigned int status, int connected, tain const *deadline)
{
  switch (code)
  {
    case 0 : return CURL_ANSWERED ;
    case RESOLVE_PROXY :
    case RESOLVE :
    case CONNECT : return CURL_SILENT ;
    case WRITE : return CURL_FULL ;
    case TLS : return CURL_NO_TLS ;
    case PROTOCOL :
    case REDIRECTS : return CURL_MISLED ;
    case LARGE : return CURL_TOO_LARGE ;
    case PEER :
    case CA_FILE : return CURL_DISTRUSTED ;
    case 127 : return CURL_MISSING ;
    case TIMEOUT :
      tain_now_g() ;
      if (!tain_less(&STAMP, deadline)) return CURL_LATE ;
      return connected && status / 100 == 2 ? CURL_BROKEN : CURL_SILENT ;
    default : return CURL_BROKEN ;
  }
}

/* "curl: (6) Could not resolve host: x" without what is curl's own. */
static void take_message (char *text, char *ret)
{
  char const *s = text ;
  size_t len ;
  if (!strncmp(s, "curl: (", 7))
  {
    char const *end = strchr(s, ')') ;
    if (end && end[1] == ' ') s = end + 2 ;
  }
  len = strcspn(s, "\n") ;
  if (len > CURL_MESSAGE_MAX) len = CURL_MESSAGE_MAX ;
  memcpy(ret, s, len) ;
  ret[len] = 0 ;
  oneline(ret, len) ;
}

static void understand (char *output, int wstat, tain const *deadline, uint64_t size, uint64_t max, struct curl_answer *ret)
{
  char *mark = strstr(output, MARK) ;
  double connected = 0 ;
  ret->status = 0 ;
  if (mark)
  {
    char *next ;
    while ((next = strstr(mark + 1, MARK))) mark = next ;
    ret->status = (unsigned int)strtoul(mark + sizeof MARK - 1, &next, 10) ;
    connected = strtod(next, 0) ;
    *mark = 0 ;
  }
  take_message(output, ret->message) ;
  if (size > max && ret->status / 100 == 2) ret->outcome = CURL_TOO_LARGE ;
  else ret->outcome = WIFEXITED(wstat) ? of_exit(WEXITSTATUS(wstat), ret->status, connected > 0, deadline) : CURL_BROKEN ;
}

int curl_get (struct curl_request const *r, tain const *deadline, struct curl_answer *ret)
{
  char output[OUTPUT_MAX] = "" ;
  char seconds[32] ;
  stralloc config = STRALLOC_ZERO ;
  int in[2] = { -1, -1 }, out[2] = { -1, -1 } ;
  int wstat = 0, result = -1, e ;
  pid_t pid = -1 ;
  *ret = (struct curl_answer){ .outcome = CURL_LATE } ;
  if (!time_left(deadline, seconds, sizeof seconds)) return 0 ;
  if (make_config(r, seconds, &config) && pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0) pid = fork() ;
  if (!pid) become_curl(r, in[0], out[1]) ;
  e = errno ;
  if (in[0] >= 0) fd_close(in[0]) ;
  if (out[1] >= 0) fd_close(out[1]) ;
  errno = e ;
  if (pid > 0)
  {
    result = converse(in[1], out[0], &config, output) ;
    e = errno ;
    if (waitpid_nointr(pid, &wstat, 0) != pid) { result = -1 ; e = errno ; }
  }
  else if (in[1] >= 0) fd_close(in[1]) ;
  if (out[0] >= 0) fd_close(out[0]) ;
  stralloc_free(&config) ;
  if (result == 0)
  {
    off_t size = lseek(r->bodyfd, 0, SEEK_CUR) ;
    understand(output, wstat, deadline, size > 0 ? (uint64_t)size : 0, r->max, ret) ;
  }
  else errno = e ;
  return result ;
}
