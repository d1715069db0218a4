/* ISC license. */

#ifndef STILLROOT_CONTENV_H
#define STILLROOT_CONTENV_H

#include <sys/types.h>

#include <skalibs/stralloc.h>

/* The environment directory: one file per variable, as s6-envdir reads it with -Lf.
   A reader takes the whole file less one trailing newline, so that `echo value > FILE` in an image's script means value;
   a writer adds a newline to a value that ends in one. Every value thus survives byte for byte. */

/* Of the directory, where a group may read it: what is written there later has the group too. */
#define CONTENV_MODE 02750

/* Whether name can be a variable and a file: not empty, no '=', no '/', not "." or "..", at most 255 bytes. */
extern int contenv_name_ok (char const *name, size_t len) ;

/* Writes the variable into dirfd with mode 0640 less the umask, at once. Returns 0, or -1 and sets errno (EINVAL: the name). */
extern int contenv_set (int dirfd, char const *name, char const *value, size_t len) ;

/* Appends the variable's value to sa, with a final NUL that sa->len does not count.
   Returns 1, 0 when there is none, or -1 and sets errno. */
extern int contenv_get (int dirfd, char const *name, stralloc *sa) ;

/* Whether the variable has a value that is not empty. */
extern int contenv_is_set (int dirfd, char const *name) ;

/* Writes all variables of envp into dirfd, which must be empty. Names that cannot be files are left out and counted in *ret_skipped.
   Returns 0, or -1 and sets errno. */
extern int contenv_dump (int dirfd, char const *const *envp, unsigned int *ret_skipped) ;

/* Appends "NAME=VALUE\0" for every variable in dirfd to sa, and their number to *ret_n. Names with a dot in front are not variables
   (they are files being written). A value with a NUL byte ends there.
   Returns 0, or -1 and sets errno. */
extern int contenv_load (int dirfd, stralloc *sa, size_t *ret_n) ;

/* Gives the directory to the group gid, and with it what is written there later. Returns 0, or -1 and sets errno. */
extern int contenv_give_directory (int dirfd, gid_t gid) ;

/* Gives the directory and all that is in it to the group gid, which may read it. Returns 0, or -1 and sets errno. */
extern int contenv_give (int dirfd, gid_t gid) ;

/* A number of milliseconds from the variable, or fallback when it is unset or no number. */
extern unsigned int contenv_milliseconds (int dirfd, char const *name, unsigned int fallback) ;

/* Whether s means yes, as s6-overlay's booleans do: a number other than 0, true or yes, in any case. */
extern int contenv_is_true (char const *s) ;

/* The same of the variable; 0 when it is unset. */
extern int contenv_boolean (int dirfd, char const *name) ;

#endif
