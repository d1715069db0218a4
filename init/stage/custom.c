/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "contenv.h"
#include "custom.h"
#include "paths.h"
#include "reason.h"
#include "scriptdir.h"
#include "variables.h"
#include "verbosity.h"

#define BOX "************************************************************************"
#define README "readme"
#define SERVICE_PREFIX "custom-svc-"

/* What is wrong with the file and does not keep it from being run. */
static void warn (struct scriptdir const *s)
{
  if (s->file.crlf) say_warning(s->path, " has CRLF line ends: save it with LF") ;
  if (!s->file.trusted && verbosity >= 1)
    say_out(BOX "\n"
      "* WARNING: ", s->path, " is not root's, or others can write it.\n"
      "* It runs as root: whoever can change it has the whole container.\n"
      "* chown it to root:root and chmod it go-w on the host.\n" BOX) ;
}

static void ended (struct scriptdir const *s, struct script const *script, unsigned int limit, stralloc *reason)
{
  char fmt[UINT_FMT] ;
  if (script->timed_out)
  {
    fmt[uint_fmt(fmt, limit)] = 0 ;
    say_warning(s->path, " has not ended within " VAR_CUSTOM_TIMEOUT " (", fmt, " ms): killed") ;
    reason_item(reason, s->name, " killed at its time limit") ;
  }
  fmt[uint_fmt(fmt, (unsigned int)script->code)] = 0 ;
  say_out("[custom-init] ", s->name, ": exited ", fmt) ;
  if (!script->timed_out) reason_item(reason, s->name, " exited ", fmt) ;
}

static int find_next (struct boot const *b, struct scriptdir *s, stralloc *reason)
{
  while (scriptdir_next(s))
  {
    if (scriptdir_inspect(s) == -1 || !s->file.executable)
    {
      say_out("[custom-init] ", s->name, ": is not an executable file") ;
      reason_item(reason, s->name, " is not an executable file") ;
      continue ;
    }
    warn(s) ;
    scriptfile_argv(&s->file, s->path, scriptfile_shell(b->rootfd), s->argv) ;
    say_out("[custom-init] ", s->name, ": executing...") ;
    return 1 ;
  }
  return 0 ;
}

enum stage_result stage_custom_files (struct boot const *b, struct script *script, stralloc *reason)
{
  struct scriptdir *s = script->state ;
  if (s) ended(s, script, script->timeout, reason) ;
  else
  {
    script->state = s = scriptdir_open(b->rootfd, ROOT_CUSTOM_SCRIPTS, &filelist_by_name) ;
    if (!s)
    {
      reason_errno(reason, "unable to read /" ROOT_CUSTOM_SCRIPTS) ;
      return STAGE_FAILED ;
    }
    say_out(s->list.n ? "[custom-init] Files found, executing" : "[custom-init] No custom files found, skipping...") ;
    script->timeout = contenv_milliseconds(b->contenvfd, VAR_CUSTOM_TIMEOUT, 0) ;
  }
  if (find_next(b, s, reason))
  {
    script->argv = s->argv ;
    return STAGE_RUNNING ;
  }
  scriptdir_free(s) ;
  return STAGE_DONE ;
}

/* A text for people, as it lies in many such directories. */
static int is_readme (char const *name)
{
  size_t len = sizeof README - 1 ;
  return !strncasecmp(name, README, len) && (!name[len] || name[len] == '.') ;
}

/* Makes the definition: run is our own program, which executes script, the user's file. */
static int define (struct boot const *b, struct scriptdir const *s)
{
  char path[sizeof RUN_CUSTOM_SERVICES "/" SERVICE_PREFIX + NAME_MAX + 1] ;
  int r = -1, e ;
  int fd ;
  snprintf(path, sizeof path, RUN_CUSTOM_SERVICES "/" SERVICE_PREFIX "%s", s->name) ;
  if (mkdirat(b->runfd, path, 0755) == -1) return -1 ;
  fd = openat(b->runfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1) return -1 ;
  if (symlinkat(PATH_EXE, fd, "run") == 0 && symlinkat(s->path, fd, SERVICE_SCRIPT) == 0) r = 0 ;
  e = errno ;
  fd_close(fd) ;
  errno = e ;
  return r ;
}

enum stage_result stage_custom_services (struct boot const *b, struct script *script, stralloc *reason)
{
  struct scriptdir *s = scriptdir_open(b->rootfd, ROOT_CUSTOM_SERVICES, &filelist_by_name) ;
  enum stage_result result = STAGE_DONE ;
  (void)script ;
  if (!s || mkdirat(b->runfd, RUN_CUSTOM_SERVICES, 0755) == -1)
  {
    if (s) reason_errno(reason, "unable to create " PATH_RUN "/" RUN_CUSTOM_SERVICES) ;
    else reason_errno(reason, "unable to read /" ROOT_CUSTOM_SERVICES) ;
    if (s) scriptdir_free(s) ;
    return STAGE_FAILED ;
  }
  while (scriptdir_next(s))
  {
    if (is_readme(s->name) || scriptdir_inspect(s) == -1)
    {
      say_info(s->path, " is no service: skipped") ;
      reason_item(reason, s->name, " skipped") ;
      continue ;
    }
    warn(s) ;
    say_out("[custom-svc] ", s->name, ": service file found, adding...") ;
    if (define(b, s) == -1)
    {
      say_warningsys("make a service of ", s->path) ;
      reason_item(reason, s->name, " cannot be made a service") ;
      result = STAGE_INCOMPLETE ;
    }
    else reason_item(reason, s->name) ;
  }
  scriptdir_free(s) ;
  return result ;
}
