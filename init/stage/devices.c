/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "atomicfile.h"
#include "contenv.h"
#include "devicenode.h"
#include "devices.h"
#include "membership.h"
#include "opath.h"
#include "paths.h"
#include "program.h"
#include "reason.h"
#include "regularfile.h"
#include "rootpath.h"
#include "variables.h"
#include "verbosity.h"

#define META "*?["
#define OUTPUT_MAX 1048576   /* of find: an expression that finds more is none of devices */
#define GROUP_RW (S_IRGRP | S_IWGRP)

/* What find is run with. */
struct search
{
  int outfd ;
  stralloc words ;           /* each ends in NUL */
  char const **argv ;
} ;

static int add_word (stralloc *words, char const *s)
{
  return stralloc_catb(words, s, strlen(s) + 1) ;
}

static int add_match (int dirfd, char const *name, char const *path, void *data)
{
  (void)dirfd ;
  (void)name ;
  return add_word(data, path) ? 0 : -1 ;
}

/* Splits and expands as a shell does that finds the variable without quotes; a pattern without a match stays what it is. */
static int expand (struct boot const *b, char const *const *values, stralloc *words)
{
  for (; *values ; values++)
  {
    size_t before = words->len ;
    if (**values == '/' && strpbrk(*values, META) && rootpath_glob(b->rootfd, *values, &add_match, words) == -1) words->len = before ;
    if (words->len == before && !add_word(words, *values)) return 0 ;
  }
  return 1 ;
}

static int make_argv (struct search *s)
{
  size_t pos = 0, n = 0 ;
  for (; pos < s->words.len ; pos += strlen(s->words.s + pos) + 1) n++ ;
  s->argv = malloc((n + 1) * sizeof *s->argv) ;
  if (!s->argv) return 0 ;
  for (n = pos = 0 ; pos < s->words.len ; pos += strlen(s->words.s + pos) + 1) s->argv[n++] = s->words.s + pos ;
  s->argv[n] = 0 ;
  return 1 ;
}

static void search_free (struct search *s)
{
  if (s->outfd >= 0) fd_close(s->outfd) ;
  stralloc_free(&s->words) ;
  free(s->argv) ;
  free(s) ;
}

/* Where find's output goes: a file of no name, in memory unless a seccomp profile of before memfd_create(2) refuses that. */
static int open_output (struct boot const *b)
{
  int fd = memfd_create("devices", MFD_CLOEXEC) ;
  return fd >= 0 ? fd : openat(b->runfd, RUN_STATE, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600) ;
}

static enum stage_result begin (struct boot const *b, struct script *script, stralloc *reason)
{
  stralloc value = STRALLOC_ZERO ;
  struct search *s = malloc(sizeof *s) ;
  char const **values = 0 ;
  size_t n = 0 ;
  int ok = 0 ;
  if (s)
  {
    *s = (struct search){ .outfd = open_output(b), .words = STRALLOC_ZERO, .argv = 0 } ;
    if (contenv_get(b->contenvfd, VAR_DEVICES, &value) == 1) values = program_words(value.s, &n) ;
    ok = s->outfd >= 0 && values && add_word(&s->words, "find") && expand(b, values, &s->words)
      && add_word(&s->words, "-print0") && make_argv(s) ;
    if (!ok) reason_errno(reason, VAR_DEVICES) ;
  }
  free(values) ;
  stralloc_free(&value) ;
  if (ok && n)
  {
    script->state = s ;
    script->argv = s->argv ;
    script->stdoutfd = s->outfd ;
    return STAGE_RUNNING ;
  }
  if (s) search_free(s) ;
  return ok ? STAGE_DONE : STAGE_INCOMPLETE ;
}

static void make_usable (int fd, struct stat const *st, char const *path, stralloc *reason)
{
  say_out("**** ", path, " lacks read and write permissions of its group: adding them ****") ;
  if (opath_chmod(fd, (st->st_mode & 07777) | GROUP_RW) == 0) return ;
  reason_item(reason, path, ": ", opath_strerror(errno)) ;
  say_warning("unable to let the group of ", path, " read and write it: ", opath_strerror(errno), "; chmod g+rw it on the host") ;
}

/* Returns whether abc must become a member of its group. */
static int treat_device (int fd, struct stat const *st, struct membership const *user, char const *path, stralloc *reason)
{
  int owner = st->st_uid == user->uid ;
  int member = membership_has(user, st->st_gid) ;
  int usable = (st->st_mode & GROUP_RW) == GROUP_RW ;
  if (owner || (member && usable)) say_out("**** permissions for ", path, " are good ****") ;
  else if (!usable) make_usable(fd, st, path, reason) ;
  return !owner && !member ;
}

/* The same of a path that find has printed; *refused: it is nothing that may be touched. Directories are only on the way. */
static int treat (struct boot const *b, struct membership const *user, char const *path, int *refused, stralloc *reason)
{
  struct stat st ;
  int r = 0 ;
  int fd = devicenode_open(b->rootfd, path, &st) ;
  *refused = fd == -1 ? errno != ENOENT : !devicenode_is(&st) && !S_ISDIR(st.st_mode) ;
  if (fd == -1) return 0 ;
  if (devicenode_is(&st)) r = treat_device(fd, &st, user, path, reason) ;
  fd_close(fd) ;
  return r ;
}

/* Treats all paths, each of which ends in NUL. */
static int treat_all (struct boot const *b, char const *paths, size_t len, stralloc *reason)
{
  struct membership user ;
  stralloc list = STRALLOC_ZERO ;
  size_t pos = 0 ;
  unsigned int nrefused = 0 ;
  char const *first = "" ;
  int r = 0 ;
  if (membership_find(b->rootfd, APP_USER, &user) == -1) return -1 ;
  for (; pos < len ; pos += strlen(paths + pos) + 1)
  {
    int refused ;
    if (treat(b, &user, paths + pos, &refused, reason) && !add_word(&list, paths + pos)) r = -1 ;
    if (refused && !nrefused++) first = paths + pos ;
  }
  if (nrefused)
  {
    char fmt[UINT_FMT] ;
    fmt[uint_fmt(fmt, nrefused)] = 0 ;
    say_warning(VAR_DEVICES " finds what is no device in /dev (", fmt, " of them, the first is ", first, "): not touched; add -type c to it") ;
  }
  if (!r && list.len) r = atomicfile_write(b->runfd, RUN_DEVICES, list.s, list.len, 0600) ;
  stralloc_free(&list) ;
  return r ;
}

/* Appends what find has printed. */
static int read_output (int fd, stralloc *output)
{
  if (lseek(fd, 0, SEEK_SET) == -1 || regularfile_read(fd, OUTPUT_MAX, output) == -1) return -1 ;
  /* one that was killed may have left half a path */
  while (output->len && output->s[output->len - 1]) output->len-- ;
  return 0 ;
}

enum stage_result stage_device_perms (struct boot const *b, struct script *script, stralloc *reason)
{
  struct search *s = script->state ;
  stralloc output = STRALLOC_ZERO ;
  int r ;
  if (!s) return begin(b, script, reason) ;
  if (script->code)
  {
    char fmt[UINT_FMT] ;
    fmt[uint_fmt(fmt, (unsigned int)script->code)] = 0 ;
    reason_item(reason, "find exited ", fmt) ;
    say_warning("find exited ", fmt, " for " VAR_DEVICES ": not all devices may have been found; correct it, or attach them") ;
  }
  r = read_output(s->outfd, &output) ;
  if (!r) r = treat_all(b, output.s, output.len, reason) ;
  if (r == -1) reason_item(reason, "unable to use what find has found: ", strerror(errno)) ;
  stralloc_free(&output) ;
  search_free(s) ;
  return r == -1 ? STAGE_INCOMPLETE : STAGE_DONE ;
}
