/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <skalibs/djbunix.h>

#include "contenv.h"
#include "envfile.h"
#include "filelist.h"
#include "reason.h"
#include "regularfile.h"
#include "rootpath.h"
#include "variables.h"
#include "verbosity.h"

#define PREFIX_LEN (sizeof VAR_FILE_PREFIX - 1)

/* "NAME=VALUE" with its NUL, as execve(2) takes it at most: MAX_ARG_STRLEN */
#define STRING_MAX 131072

/* Names that a shell can read. Others would be variables that nobody sees. */
static int is_name (char const *s)
{
  static char const letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789" ;
  return *s && strspn(s, letters) == strlen(s) && !strchr("0123456789", *s) ;
}

/* O_NONBLOCK: a fifo must not stop the boot. Where root reads, an application that can write the directory of its secret must not get to
   choose another file by a link. */
static int open_file (struct boot const *b, char const *path)
{
  if (b->privileges.euid) return openat(b->rootfd, path + strspn(path, "/"), O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  return rootpath_open(b->rootfd, path, O_RDONLY | O_NONBLOCK) ;
}

/* Appends the content of the file, at most max bytes. Returns what is wrong with it, or 0. */
static char const *read_file (struct boot const *b, char const *path, stralloc *sa, size_t max)
{
  size_t start = sa->len ;
  char const *wrong = 0 ;
  int fd = open_file(b, path) ;
  if (fd == -1) return errno == ELOOP ? "a symbolic link that others than root can have made is not followed" : strerror(errno) ;
  if (regularfile_read(fd, max, sa) == -1)
    wrong = errno == EINVAL ? "not a regular file" : errno == EFBIG ? "too long for an environment variable (128 KiB)" : strerror(errno) ;
  else if (memchr(sa->s + start, 0, sa->len - start)) wrong = "it has a NUL byte, which no environment variable can have" ;
  fd_close(fd) ;
  return wrong ;
}

/* Sets the variable name from the file that FILE__name tells of. Returns whether it could. */
static int set (struct boot const *b, char const *variable)
{
  char const *name = variable + PREFIX_LEN ;
  stralloc path = STRALLOC_ZERO, value = STRALLOC_ZERO, old = STRALLOC_ZERO ;
  char const *wrong = 0 ;
  if (!contenv_is_set(b->contenvfd, variable)) return 1 ;
  if (!is_name(name)) wrong = "what follows " VAR_FILE_PREFIX " is not the name of a variable" ;
  else if (contenv_get(b->contenvfd, variable, &path) != 1) wrong = strerror(errno) ;
  else if (path.s[0] != '/') wrong = "not an absolute path" ;
  else wrong = read_file(b, path.s, &value, STRING_MAX - strlen(name) - 2) ;
  if (!wrong)
  {
    if (contenv_get(b->contenvfd, name, &old) == 1) say_warning(name, " and ", variable, " are both set: the file wins; unset one of them") ;
    if (value.len && value.s[value.len - 1] == '\n')
      say_warning("the file of ", variable, " ends with a newline, which is part of the value; write it without: printf %s VALUE > FILE") ;
    if (contenv_set(b->contenvfd, name, value.s, value.len) == -1) wrong = strerror(errno) ;
  }
  if (wrong) say_warning(variable, ": ", path.len ? path.s : "", path.len ? ": " : "", wrong, "; ", name, " is not set from it") ;
  else say_out("[env-init] ", name, " set from ", variable) ;
  if (value.s) explicit_bzero(value.s, value.len) ;
  stralloc_free(&path) ;
  stralloc_free(&value) ;
  stralloc_free(&old) ;
  return !wrong ;
}

enum stage_result stage_envfile (struct boot const *b, struct script *script, stralloc *reason)
{
  struct filelist list ;
  char const *name ;
  (void)script ;
  if (filelist_open(b->contenvfd, ".", &filelist_by_name, &list) == -1)
  {
    reason_errno(reason, "unable to read the environment") ;
    return STAGE_FAILED ;
  }
  while ((name = filelist_next(&list)))
  {
    if (strncmp(name, VAR_FILE_PREFIX, PREFIX_LEN) || set(b, name)) continue ;
    /* an application without its secret says so itself; for the report */
    reason_item(reason, name, " not applied") ;
  }
  filelist_free(&list) ;
  return STAGE_DONE ;
}
