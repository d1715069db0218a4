/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "atomicfile.h"
#include "bootgraph.h"
#include "paths.h"
#include "regularfile.h"

/* The file is a row of strings, each with its NUL: the magic, how many nodes and edges there are, then the fields of each node and the two
   ends of each edge. */

#define MAGIC "stillroot boot graph 1"

static int put (stralloc *sa, char const *s)
{
  return stralloc_catb(sa, s, strlen(s) + 1) ;
}

static int put_number (stralloc *sa, size_t n)
{
  char fmt[SIZE_FMT] ;
  fmt[size_fmt(fmt, n)] = 0 ;
  return put(sa, fmt) ;
}

static int put_node (stralloc *sa, struct bootgraph_node const *n)
{
  return put(sa, n->name) && put_number(sa, n->kind) && put_number(sa, !!n->essential) && put_number(sa, !!n->notifies)
    && put_number(sa, !!n->legacy) && put_number(sa, n->timeout_up) && put_number(sa, n->timeout_down) && put_number(sa, n->timeout_kill)
    && put(sa, n->up) && put(sa, n->down) ;
}

static int put_graph (stralloc *sa, struct bootgraph const *g)
{
  struct bootgraph_edge const *edges = genalloc_s(struct bootgraph_edge, &g->edges) ;
  size_t n = bootgraph_size(g), m = genalloc_len(struct bootgraph_edge, &g->edges) ;
  size_t i = 0 ;
  int ok = put(sa, MAGIC) && put_number(sa, n) && put_number(sa, m) ;
  for (; ok && i < n ; i++) ok = put_node(sa, bootgraph_node(g, i)) ;
  for (i = 0 ; ok && i < m ; i++) ok = put_number(sa, edges[i].node) && put_number(sa, edges[i].dependency) ;
  return ok ;
}

int bootgraph_write (struct bootgraph const *g, int runfd)
{
  stralloc sa = STRALLOC_ZERO ;
  int r = -1 ;
  if (put_graph(&sa, g))
  {
    if (sa.len > BOOTGRAPH_FILE_MAX) errno = EFBIG ;
    else r = atomicfile_write(runfd, RUN_BOOTGRAPH, sa.s, sa.len, 0644) ;
  }
  stralloc_free(&sa) ;
  return r ;
}

/* What is still to be read. */
struct rest { char const *s, *end ; } ;

/* The next string, or 0. */
static char const *take (struct rest *rest)
{
  char const *s = rest->s ;
  char const *nul = memchr(s, 0, (size_t)(rest->end - s)) ;
  if (!nul) return 0 ;
  rest->s = nul + 1 ;
  return s ;
}

static int take_number (struct rest *rest, size_t max, size_t *ret)
{
  char const *s = take(rest) ;
  size_t n ;
  if (!s || !size0_scan(s, &n) || n > max) return 0 ;
  *ret = n ;
  return 1 ;
}

static int take_node (struct rest *rest, struct bootgraph_node *n)
{
  size_t kind, essential, notifies, legacy, up, down, kill ;
  n->name = take(rest) ;
  if (!n->name || !*n->name
   || !take_number(rest, BOOTGRAPH_KINDS - 1, &kind) || !take_number(rest, 1, &essential) || !take_number(rest, 1, &notifies)
   || !take_number(rest, 1, &legacy) || !take_number(rest, UINT_MAX, &up) || !take_number(rest, UINT_MAX, &down)
   || !take_number(rest, UINT_MAX, &kill)) return 0 ;
  n->kind = (enum bootgraph_kind)kind ;
  n->essential = (int)essential ;
  n->notifies = (int)notifies ;
  n->legacy = (int)legacy ;
  n->timeout_up = (unsigned int)up ;
  n->timeout_down = (unsigned int)down ;
  n->timeout_kill = (unsigned int)kill ;
  n->up = take(rest) ;
  n->down = take(rest) ;
  return n->up && n->down ;
}

/* Returns 1; 0: that is no graph; -1: no memory. */
static int parse (struct bootgraph *g)
{
  struct rest rest = { .s = g->text.s, .end = g->text.s + g->text.len } ;
  char const *magic = take(&rest) ;
  struct bootgraph_node node ;
  size_t n, m, from, to ;
  size_t i = 0 ;
  /* no room is made for what is only announced: the text bounds what there can be */
  if (!magic || strcmp(magic, MAGIC) || !take_number(&rest, SIZE_MAX, &n) || !take_number(&rest, SIZE_MAX, &m)) return 0 ;
  for (; i < n ; i++)
  {
    if (!take_node(&rest, &node)) return 0 ;
    if (bootgraph_add(g, &node) == -1) return -1 ;
  }
  for (i = 0 ; i < m ; i++)
  {
    if (!n || !take_number(&rest, n - 1, &from) || !take_number(&rest, n - 1, &to)) return 0 ;
    if (bootgraph_add_edge(g, from, to) == -1) return -1 ;
  }
  return rest.s == rest.end ;
}

/* What is no file cannot be ours. */
static int open_file (int runfd, char const *path, int flags)
{
  int fd = openat(runfd, path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  if (fd == -1 && (errno == ELOOP || errno == EISDIR || errno == ENXIO)) errno = EPROTO ;
  return fd ;
}

int bootgraph_read (struct bootgraph *g, int runfd)
{
  int fd = open_file(runfd, RUN_BOOTGRAPH, O_RDONLY) ;
  int r ;
  if (fd == -1) return -1 ;
  r = regularfile_read(fd, BOOTGRAPH_FILE_MAX, &g->text) ;
  fd_close(fd) ;
  if (r == -1) return (errno = errno == EINVAL || errno == EFBIG ? EPROTO : errno, -1) ;
  r = parse(g) ;
  return r == 1 ? 0 : r ? -1 : (errno = EPROTO, -1) ;
}

int bootgraph_state_make (int runfd, size_t n)
{
  stralloc sa = STRALLOC_ZERO ;
  int r = -1 ;
  if (stralloc_ready(&sa, n + 1))
  {
    memset(sa.s, BOOTGRAPH_DOWN, n) ;
    r = atomicfile_write(runfd, RUN_BOOTGRAPH_STATE, sa.s, n, 0644) ;
  }
  stralloc_free(&sa) ;
  return r == -1 ? -1 : bootgraph_state_open(runfd, n) ;
}

int bootgraph_state_open (int runfd, size_t n)
{
  struct stat st ;
  int fd = open_file(runfd, RUN_BOOTGRAPH_STATE, O_RDWR) ;
  if (fd == -1 && (errno == EACCES || errno == EROFS)) fd = open_file(runfd, RUN_BOOTGRAPH_STATE, O_RDONLY) ;
  if (fd == -1) return -1 ;
  if (fstat(fd, &st) == 0)
  {
    if (S_ISREG(st.st_mode) && (size_t)st.st_size == n) return fd ;
    errno = EPROTO ;
  }
  fd_close(fd) ;
  return -1 ;
}

int bootgraph_state_read (int fd, char *s, size_t n)
{
  size_t i = 0 ;
  while (i < n)
  {
    ssize_t r = pread(fd, s + i, n - i, (off_t)i) ;
    if (r == -1 && errno == EINTR) continue ;
    if (r <= 0) return (errno = r ? errno : EPROTO, -1) ;
    i += (size_t)r ;
  }
  for (i = 0 ; i < n ; i++) if (s[i] != BOOTGRAPH_UP && s[i] != BOOTGRAPH_DOWN) return (errno = EPROTO, -1) ;
  return 0 ;
}

int bootgraph_state_set (int fd, size_t node, char state)
{
  ssize_t r ;
  do r = pwrite(fd, &state, 1, (off_t)node) ;
  while (r == -1 && errno == EINTR) ;
  return r == 1 ? 0 : -1 ;
}
