/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "accessat.h"
#include "paths.h"
#include "regularfile.h"
#include "scriptfile.h"
#include "trusted.h"

#define BLANKS " \t"

static void parse (struct scriptfile *f, size_t len)
{
  char *end, *s ;
  f->line[len] = 0 ;
  end = memchr(f->line, '\n', len) ;
  if (end)
  {
    if (end > f->line && end[-1] == '\r') { f->crlf = 1 ; end-- ; }
    *end = 0 ;
  }
  if (f->line[0] != '#' || f->line[1] != '!') return ;
  s = f->line + 2 + strspn(f->line + 2, BLANKS) ;
  if (!*s) return ;
  f->interpreter = s ;
  s += strcspn(s, BLANKS) ;
  if (!*s) return ;
  *s++ = 0 ;
  s += strspn(s, BLANKS) ;
  /* all that is left is one argument, less the blanks at its end */
  end = s + strlen(s) ;
  while (end > s && strchr(BLANKS, end[-1])) *--end = 0 ;
  if (*s) f->argument = s ;
}

int scriptfile_inspect (int dirfd, char const *name, struct scriptfile *ret)
{
  struct stat st ;
  size_t len ;
  int e ;
  int fd = regularfile_open(dirfd, name, O_RDONLY) ;
  if (fd == -1) return (errno = errno == EINVAL ? ENOTSUP : errno, -1) ;
  if (fstat(fd, &st) == -1)
  {
    e = errno ;
    fd_close(fd) ;
    return (errno = e, -1) ;
  }
  ret->executable = accessat(dirfd, name, X_OK) == 0 ;
  ret->trusted = is_trusted(&st) ;
  ret->crlf = 0 ;
  ret->interpreter = ret->argument = 0 ;
  len = allread(fd, ret->line, SCRIPTFILE_SHEBANG_MAX) ;
  ret->program = len >= 4 && !memcmp(ret->line, "\177ELF", 4) ;
  if (!ret->program) parse(ret, len) ;
  fd_close(fd) ;
  return 0 ;
}

int scriptfile_argv (struct scriptfile const *f, char const *path, char const *shell, char const *argv[4])
{
  size_t n = 0 ;
  if (f->program && !f->executable) return (errno = EACCES, -1) ;
  if (!f->program && (!f->executable || f->crlf || !f->interpreter))
  {
    argv[n++] = f->interpreter ? f->interpreter : shell ;
    if (f->argument) argv[n++] = f->argument ;
  }
  argv[n++] = path ;
  argv[n] = 0 ;
  return 0 ;
}

char const *scriptfile_shell (int rootfd)
{
  static char const *const bash[] = { PATH_BASH, PATH_BIN_BASH } ;
  size_t i = 0 ;
  for (; i < sizeof bash / sizeof bash[0] ; i++)
    if (accessat(rootfd, bash[i] + 1, X_OK) == 0) return bash[i] ;
  return PATH_SH ;
}
