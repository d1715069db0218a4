/* ISC license. */

#ifndef STILLROOT_SCRIPTFILE_H
#define STILLROOT_SCRIPTFILE_H

#include <sys/types.h>

/* What a file is that is to be run, and how: execve(2)'s rules, without its need for an executable bit. */

#define SCRIPTFILE_SHEBANG_MAX 256   /* BINPRM_BUF_SIZE: execve(2) */

struct scriptfile
{
  int executable ;                  /* by us */
  int program ;                     /* an ELF executable */
  int crlf ;                        /* its first line ends in CRLF */
  int trusted ;                     /* owned by root, and only root can write it */
  char const *interpreter ;         /* of its first line, or 0: it has none; points into line */
  char const *argument ;            /* to the interpreter, or 0; points into line */
  char line[SCRIPTFILE_SHEBANG_MAX + 1] ;
} ;

/* Examines name in dirfd, following links. Returns 0; or -1 and sets errno: EISDIR, ENOTSUP it is no regular file. *ret must not be moved. */
extern int scriptfile_inspect (int dirfd, char const *name, struct scriptfile *ret) ;

/* Fills in argv (ends with 0) to run it as path: by itself where the kernel can, by its interpreter where it is not executable or its
   first line ends in CRLF, by shell where it has no first line that names one.
   Returns 0, or -1 with errno EACCES: it is a program that is not executable. */
extern int scriptfile_argv (struct scriptfile const *, char const *path, char const *shell, char const *argv[4]) ;

/* A shell that rootfd has, as an absolute path: bash, else sh. */
extern char const *scriptfile_shell (int rootfd) ;

#endif
