/* ISC license. */

#ifndef STILLROOT_PROGRAM_H
#define STILLROOT_PROGRAM_H

#include <sys/types.h>

#include <skalibs/gccattributes.h>

/* The image's programs: the CMD, and what stages and the stop run. */

#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

/* In the child that becomes the CMD: executes argv with the environment of contenvfd and the signals as a program expects them.
   What cannot be executed ends with 127 (not found) or 126, and one fatal line. */
extern void program_exec (int contenvfd, char const *const *argv) gccattr_noreturn ;

/* Starts argv as a session of its own, so that it and its children can be ended as one; standard input is empty,
   standard output stdoutfd (-1: ours). Returns its pid, or -1 and sets errno. What cannot be executed ends in the same way, but with
   a warning. */
extern pid_t program_spawn (int contenvfd, char const *const *argv, int stdoutfd) ;

/* The same for a oneshot's script: its environment is the one that services have, and RC_NAME is name. */
extern pid_t program_spawn_oneshot (int contenvfd, char const *name, char const *const *argv) ;

/* Gives what program_spawn() starts from now on fd as standard error (-1: ours). */
extern void program_stderr (int fd) ;

/* The words of s, separated by blanks, as argv: an array that ends with 0, allocated once, for the caller to free() (s stays as it is).
   *ret_n: their number. Returns 0, and sets errno, when there is no memory. */
extern char const **program_words (char const *s, size_t *ret_n) ;

#endif
