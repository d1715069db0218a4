/* ISC license. */

#ifndef STILLROOT_SERVICEDIR_H
#define STILLROOT_SERVICEDIR_H

#include <sys/types.h>

/* What is wrong with a service definition, or SERVICEDIR_OK. */
enum servicedir_error
{
  SERVICEDIR_OK = 0,
  SERVICEDIR_SYSTEM,            /* errno tells */
  SERVICEDIR_NAME,              /* the name cannot be a servicedir */
  SERVICEDIR_NO_RUN,
  SERVICEDIR_RUN_NOT_FILE,
  SERVICEDIR_RUN_NOT_EXECUTABLE,
  SERVICEDIR_RUN_CRLF,
  SERVICEDIR_RUN_INTERPRETER,   /* of its first line: missing or not executable */
  SERVICEDIR_NOTIFICATION_FD
} ;

/* What is wrong and what to do about it, in words that follow the service's name and a colon. */
extern char const *servicedir_error_text (enum servicedir_error) ;

/* Whether a service can be called name. */
extern enum servicedir_error servicedir_check_name (char const *name) ;

/* Checks the definition in directory srcfd, but for what its run needs.
   Stores whether it announces its readiness (a notification-fd file) in *ret_notifies when it is in order. */
extern enum servicedir_error servicedir_check (char const *name, int srcfd, int *ret_notifies) ;

/* Checks that file, the run of a service, can be executed; its interpreter is looked up in rootfd. Not before the service's turn has come:
   what is run before it may well put them there. With helped nonzero a program of ours executes it, which needs less. */
extern enum servicedir_error servicedir_check_run (int rootfd, int dirfd, char const *file, int helped) ;

/* Makes the directory name of a live servicedir in dirfd, with an event/ directory in advance, to subscribe before the supervisor runs.
   Returns a descriptor, or -1 and sets errno. */
extern int servicedir_create (int dirfd, char const *name) ;

/* Makes sure that there is a down file in the servicedir, or that there is none: for a supervisor that starts later, or again.
   Return 0, or -1 and set errno. */
extern int servicedir_keep_down (int fd) ;
extern int servicedir_let_up (int fd) ;

/* Makes the live servicedir name in dirfd: every entry of srcfd is a link to src/ENTRY (src: the absolute path of the definition),
   so that nothing executable lies on a noexec /run; event/ is made in advance, to subscribe before the supervisor runs;
   a log/ subdirectory becomes a servicedir of its own. With down nonzero, a down file keeps the service from starting by itself.
   *ret_has_down: whether the definition itself says down. Returns 0, or -1 and sets errno. */
extern int servicedir_make (int dirfd, char const *name, int srcfd, char const *src, int down, int *ret_has_down) ;

#endif
