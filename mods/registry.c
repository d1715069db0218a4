/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "authchallenge.h"
#include "clock.h"
#include "curl.h"
#include "manifest.h"
#include "reason.h"
#include "registry.h"
#include "regularfile.h"
#include "verbosity.h"

#define TRIES 6
#define PAUSE_FIRST 250     /* milliseconds between two tries, twice as many each time */
#define HEADERS_MAX 262144
#define TOKEN_MAX 65536
#define TOKEN_FILE "token"

/* An address of this machine, as docker has it, may be asked without TLS. */
static int is_loopback (char const *host)
{
  size_t len = strcspn(host, ":") ;
  if (!strncmp(host, "[::1]", 5)) return 1 ;
  /* a name may begin like an address */
  return (len == 9 && !strncmp(host, "localhost", 9)) || (!strncmp(host, "127.", 4) && strspn(host, "0123456789.") == len) ;
}

static int make_url (struct registry const *r, char const *what, char const *version, stralloc *url)
{
  return stralloc_cats(url, r->plain ? "http://" : "https://") && stralloc_cats(url, imageref_host(r->ref)) && stralloc_cats(url, "/v2/")
    && stralloc_cats(url, r->ref->repository) && stralloc_cats(url, what) && stralloc_cats(url, version) && stralloc_0(url) ;
}

static enum registry_result system_failed (stralloc *why)
{
  reason_errno(why, "a system call failed") ;
  return REGISTRY_SYSTEM ;
}

/* One request; what comes replaces what is in request->bodyfd. Returns 0, or -1 and sets errno. */
static int get (struct registry const *r, struct curl_request const *request, struct curl_answer *answer)
{
  char fmt[UINT_FMT] ;
  if (ftruncate(request->bodyfd, 0) == -1 || lseek(request->bodyfd, 0, SEEK_SET) == -1) return -1 ;
  if (curl_get(request, r->deadline, answer) == -1) return -1 ;
  fmt[uint_fmt(fmt, answer->status)] = 0 ;
  if (r->debug)
    say_out("[mod-init] (DEBUG) ", request->url, request->token ? " (with a token)" : "", ": ", answer->outcome == CURL_ANSWERED ? fmt : answer->message) ;
  return 0 ;
}

/* The values of the header lines called name of the last answer, as one (RFC 9110, 5.3), and a NUL. */
static int find_header (int dirfd, char const *name, stralloc *value)
{
  stralloc text = STRALLOC_ZERO ;
  size_t len = strlen(name) ;
  size_t start = value->len ;
  char const *line ;
  int fd = regularfile_open(dirfd, CURL_HEADERS, O_RDONLY | O_NOFOLLOW) ;
  int ok = fd >= 0 && regularfile_read(fd, HEADERS_MAX, &text) == 0 ;
  if (fd >= 0) fd_close(fd) ;
  for (line = ok ? text.s : "" ; *line ; line += line[0] == '\n')
  {
    /* of an answer before: a redirect, a proxy's */
    if (!strncmp(line, "HTTP/", 5)) value->len = start ;
    if (!strncasecmp(line, name, len) && line[len] == ':')
      ok = ok && stralloc_catb(value, ",", 1) && stralloc_catb(value, line + len + 1, strcspn(line + len + 1, "\r\n")) ;
    line += strcspn(line, "\n") ;
  }
  ok = ok && value->len > start && stralloc_0(value) ;
  stralloc_free(&text) ;
  return ok ;
}

/* What an answer that is none of use means. REGISTRY_OK: another try may help. */
static enum registry_result judge_status (unsigned int status, stralloc *why)
{
  char fmt[UINT_FMT] ;
  if (status >= 500 || status == 429 || status == 408) return REGISTRY_OK ;
  fmt[uint_fmt(fmt, status)] = 0 ;
  if (status == 404) reason_add(why, "the registry does not have it (404); correct the name, the tag or the digest") ;
  else if (status == 401 || status == 403) reason_add(why, "the registry does not give it to everybody (", fmt, "); is its name right, is it public?") ;
  else reason_add(why, "the registry answers with ", fmt) ;
  return REGISTRY_REFUSED ;
}

static enum registry_result judge (struct curl_answer const *a, stralloc *why)
{
  switch (a->outcome)
  {
    case CURL_ANSWERED : return judge_status(a->status, why) ;
    case CURL_SILENT :
      reason_add(why, "the registry does not answer (", a->message, "); look at the network of the container") ;
      return REGISTRY_SILENT ;
    case CURL_LATE :
      reason_add(why, "it has not come in time") ;
      return REGISTRY_LATE ;
    case CURL_DISTRUSTED :
      reason_add(why, "the registry's certificate cannot be verified (", a->message,
        "); call it by the name that it has there, put its CA into the image, install ca-certificates there") ;
      return REGISTRY_REFUSED ;
    case CURL_MISLED :
      reason_add(why, "the registry leads to where mods are not taken from (", a->message, "); tell who runs it") ;
      return REGISTRY_REFUSED ;
    case CURL_TOO_LARGE :
      reason_add(why, "the registry sends more than there is to it") ;
      return REGISTRY_REFUSED ;
    case CURL_FULL :
      reason_add(why, "what comes cannot be written; free some space") ;
      return REGISTRY_REFUSED ;
    case CURL_MISSING :
      reason_add(why, "curl is not in the image; install the package curl there") ;
      return REGISTRY_REFUSED ;
    default : return REGISTRY_OK ;
  }
}

/* Returns whether the deadline has left as much. */
static int pause_before (struct registry const *r, unsigned int try)
{
  int ms = PAUSE_FIRST << try ;
  int left = clock_left(r->deadline) ;
  if (left >= 0 && left <= ms) return 0 ;
  /* nothing tells when the registry is well again */
  poll(0, 0, ms) ;
  return 1 ;
}

static enum registry_result gave_up (struct curl_answer const *a, stralloc *why)
{
  char fmt[UINT_FMT] ;
  fmt[uint_fmt(fmt, a->status)] = 0 ;
  if (a->outcome == CURL_ANSWERED) reason_add(why, "the registry answers with ", fmt, ", again and again; try later") ;
  else reason_add(why, "the registry's answer is not whole (", a->message, "), again and again; look at the network of the container") ;
  return REGISTRY_SILENT ;
}

/* Gets the URL that *url is, as often as it may help; an answer 401 that a token may change is returned as REGISTRY_OK too. */
static enum registry_result get_until (struct registry *r, struct curl_request const *request, struct curl_answer *a, stralloc *why)
{
  unsigned int try = 0 ;
  for (;; try++)
  {
    enum registry_result result ;
    if (get(r, request, a) == -1) return system_failed(why) ;
    if (a->outcome == CURL_ANSWERED && (a->status / 100 == 2 || (a->status == 401 && !(request->token && r->renewed)))) return REGISTRY_OK ;
    if (a->outcome == CURL_NO_TLS && !r->plain && is_loopback(r->ref->registry)) return REGISTRY_OK ;
    result = judge(a, why) ;
    if (result) return result ;
    /* a handshake may fail once */
    if (a->outcome == CURL_NO_TLS && try)
    {
      reason_add(why, "no connection of TLS to the registry comes about (", a->message, "); does it speak TLS?") ;
      return REGISTRY_REFUSED ;
    }
    if (try + 1 == TRIES || !pause_before(r, try)) return gave_up(a, why) ;
  }
}

/* Asks whom the challenge names. */
static enum registry_result fetch_token (struct registry *r, struct authchallenge const *c, stralloc *why)
{
  stralloc url = STRALLOC_ZERO, scope = STRALLOC_ZERO, text = STRALLOC_ZERO ;
  struct curl_request request = { .dirfd = r->dirfd, .max = TOKEN_MAX } ;
  struct curl_answer a = { .status = 0 } ;
  enum registry_result result = REGISTRY_SYSTEM ;
  request.bodyfd = openat(r->dirfd, TOKEN_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600) ;
  /* it is gone with its descriptor */
  if (request.bodyfd >= 0) unlinkat(r->dirfd, TOKEN_FILE, 0) ;
  if (request.bodyfd >= 0 && stralloc_cats(&scope, "repository:") && stralloc_cats(&scope, r->ref->repository) && stralloc_cats(&scope, ":pull")
   && stralloc_0(&scope) && authchallenge_url(c, scope.s, &url) && stralloc_0(&url))
  {
    request.url = url.s ;
    result = get_until(r, &request, &a, why) ;
    if (result) reason_add(why, " (asked for a token: ", c->realm, ")") ;
    else if (a.status / 100 != 2)
    {
      result = judge_status(a.status, why) ;
      if (!result) result = REGISTRY_REFUSED ;
    }
    else if (lseek(request.bodyfd, 0, SEEK_SET) == -1 || regularfile_read(request.bodyfd, TOKEN_MAX, &text) == -1) result = system_failed(why) ;
    else if (authchallenge_token(text.s, text.len, &r->token) != 1 || !stralloc_0(&r->token))
    {
      reason_add(why, "the answer of ", c->realm, " has no token; tell who runs it") ;
      result = REGISTRY_REFUSED ;
    }
  }
  else system_failed(why) ;
  if (request.bodyfd >= 0) fd_close(request.bodyfd) ;
  stralloc_free(&url) ;
  stralloc_free(&scope) ;
  stralloc_free(&text) ;
  return result ;
}

static enum registry_result authenticate (struct registry *r, stralloc *why)
{
  struct authchallenge c ;
  stralloc value = STRALLOC_ZERO ;
  enum registry_result result = REGISTRY_REFUSED ;
  int found = find_header(r->dirfd, "WWW-Authenticate", &value) ? authchallenge_parse(value.s, &c) : 0 ;
  stralloc_free(&value) ;
  if (found == 1 && !strncmp(c.realm, "http:", 5) && !r->plain)
    reason_add(why, "the registry wants its token fetched without TLS, from ", c.realm, "; tell who runs it") ;
  else if (found == 1) result = fetch_token(r, &c, why) ;
  else reason_add(why, found ? "the registry's WWW-Authenticate cannot be understood; tell who runs it" : "the registry wants a password, which mods have none of; is it public?") ;
  return result ;
}

static enum registry_result ask (struct registry *r, char const *what, char const *version, char const *accept, int fd, uint64_t max, stralloc *why)
{
  for (;;)
  {
    stralloc url = STRALLOC_ZERO ;
    struct curl_answer a = { .status = 0 } ;
    struct curl_request request = { .accept = accept, .token = r->token.len ? r->token.s : 0, .dirfd = r->dirfd, .bodyfd = fd, .max = max } ;
    enum registry_result result = REGISTRY_SYSTEM ;
    if (make_url(r, what, version, &url))
    {
      request.url = url.s ;
      result = get_until(r, &request, &a, why) ;
    }
    else system_failed(why) ;
    stralloc_free(&url) ;
    if (result || (a.outcome == CURL_ANSWERED && a.status / 100 == 2)) return result ;
    if (a.outcome == CURL_NO_TLS) r->plain = 1 ;
    else if (request.token)
    {
      /* it has expired, or is for something else: once */
      r->token.len = 0 ;
      r->renewed = 1 ;
    }
    else if ((result = authenticate(r, why))) return result ;
  }
}

enum registry_result registry_manifest (struct registry *r, char const *version, int fd, stralloc *why)
{
  return ask(r, "/manifests/", version, MANIFEST_ACCEPT, fd, MANIFEST_MAX, why) ;
}

enum registry_result registry_blob (struct registry *r, char const *digest, int fd, uint64_t max, stralloc *why)
{
  return ask(r, "/blobs/", digest, 0, fd, max, why) ;
}
