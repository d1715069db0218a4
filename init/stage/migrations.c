/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "atomicfile.h"
#include "migrations.h"
#include "paths.h"
#include "reason.h"
#include "regularfile.h"
#include "scriptdir.h"
#include "verbosity.h"

/* The application can write the history: it must not cost us all memory. */
#define HISTORY_MAX 1048576

/* Appends the history, where there is one. Returns 0, or -1 and sets errno. */
static int read_history (int configfd, stralloc *history)
{
  int r ;
  int fd = openat(configfd, CONFIG_MIGRATIONS, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  r = regularfile_read(fd, HISTORY_MAX, history) ;
  fd_close(fd) ;
  return r ;
}

static int has_run (stralloc const *history, char const *name)
{
  size_t len = strlen(name), pos = 0 ;
  while (pos < history->len)
  {
    char const *line = history->s + pos ;
    char const *end = memchr(line, '\n', history->len - pos) ;
    size_t n = end ? (size_t)(end - line) : history->len - pos ;
    if (n == len && !memcmp(line, name, len)) return 1 ;
    pos += n + 1 ;
  }
  return 0 ;
}

/* Written new: a link that the application has put there leads nowhere. Without a place for it, the migration runs again next time. */
static void remember (int configfd, stralloc *history, char const *name)
{
  if ((history->len && history->s[history->len - 1] != '\n' && !stralloc_catb(history, "\n", 1))
   || !stralloc_cats(history, name) || !stralloc_catb(history, "\n", 1)
   || atomicfile_replace(configfd, CONFIG_MIGRATIONS, -1, history->s, history->len) == -1)
    say_warningsys("remember in /" ROOT_CONFIG "/" CONFIG_MIGRATIONS " that migration ", name, " has run; it will run again") ;
  else fsync(configfd) ;
}

/* Whether the migration has run before, by the history as it is now; with add, it has from now on. What is wrong with the history
   is said before the migration runs. */
static int history_has (struct boot const *b, char const *name, int add)
{
  stralloc history = STRALLOC_ZERO ;
  int r = 0 ;
  int fd = openat(b->rootfd, ROOT_CONFIG, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if ((fd == -1 || read_history(fd, &history) == -1) && !add)
    say_warningsys("read /" ROOT_CONFIG "/" CONFIG_MIGRATIONS) ;
  r = has_run(&history, name) ;
  if (add && !r && fd >= 0) remember(fd, &history, name) ;
  stralloc_free(&history) ;
  if (fd >= 0) fd_close(fd) ;
  return r ;
}

static int ended (struct boot const *b, struct scriptdir const *s, struct script *script, stralloc *reason)
{
  char fmt[UINT_FMT] ;
  if (!script->code)
  {
    history_has(b, s->name, 1) ;
    say_out("[migrations] ", s->name, ": succeeded") ;
    return 1 ;
  }
  fmt[uint_fmt(fmt, (unsigned int)script->code)] = 0 ;
  say_out("[migrations] ", s->name, ": failed with exit code ", fmt) ;
  reason_add(reason, s->path, " failed with exit code ", fmt, "; what depends on it is not started, and it runs again at the next boot") ;
  script->exit_code = script->code ;
  return 0 ;
}

/* Whether there is one more to run: it then stands in s. */
static int find_next (struct boot const *b, struct scriptdir *s, stralloc *reason)
{
  while (scriptdir_next(s))
  {
    if (scriptdir_inspect(s) == -1)
    {
      if (errno == EISDIR) continue ;
      reason_errno(reason, s->path) ;
      return 0 ;
    }
    if (history_has(b, s->name, 0))
    {
      say_out("[migrations] ", s->name, ": skipped") ;
      continue ;
    }
    if (scriptfile_argv(&s->file, s->path, scriptfile_shell(b->rootfd), s->argv) == -1)
    {
      reason_add(reason, s->path, " is not executable; chmod +x it in the image") ;
      return 0 ;
    }
    if (s->file.crlf) say_warning(s->path, " has CRLF line ends; save it with LF") ;
    say_out("[migrations] ", s->name, ": executing...") ;
    return 1 ;
  }
  return 0 ;
}

enum stage_result stage_migrations (struct boot const *b, struct script *script, stralloc *reason)
{
  struct scriptdir *s = script->state ;
  int ok = 1 ;
  if (s) ok = ended(b, s, script, reason) ;
  else
  {
    say_out("[migrations] started") ;
    script->state = s = scriptdir_open(b->rootfd, ROOT_MIGRATIONS, &filelist_by_number) ;
    if (!s)
    {
      reason_errno(reason, "unable to read /" ROOT_MIGRATIONS) ;
      return STAGE_FAILED ;
    }
    if (!s->list.n) say_out("[migrations] no migrations found") ;
  }
  if (ok && find_next(b, s, reason))
  {
    script->argv = s->argv ;
    return STAGE_RUNNING ;
  }
  if (s->list.n && !reason->len) say_out("[migrations] done") ;
  scriptdir_free(s) ;
  return reason->len ? STAGE_FAILED : STAGE_DONE ;
}
