/* ISC license. */

#ifndef STILLROOT_BOOT_H
#define STILLROOT_BOOT_H

#include <skalibs/stralloc.h>

#include "privileges.h"
#include "report.h"
#include "rootfs.h"
#include "rundir.h"

/* The boot mode: one bit, so that a stage's row can name a set of them. */
#define BOOT_RW 1u
#define BOOT_RO 2u
#define BOOT_NONROOT_RW 4u
#define BOOT_NONROOT_RO 8u
#define BOOT_ROOT (BOOT_RW | BOOT_RO)
#define BOOT_NONROOT (BOOT_NONROOT_RW | BOOT_NONROOT_RO)
#define BOOT_ANY (BOOT_ROOT | BOOT_NONROOT)

/* Exit codes, as in init(8). */
#define EXIT_USER 100      /* what the user can mend */
#define EXIT_SYSTEM 111    /* a system call failed */

/* The user that applications run as, and its group. */
#define APP_USER "abc"

/* How long a stage waits for another process that edits the accounts, milliseconds: during the boot that is one of the image's own,
   and soon done. */
#define ACCOUNTS_WAIT_MS 5000

/* what is made in /run once it is prepared, without the services: the boot's state, its report and s6-svscan's own */
#define RUN_FILES 12
#define RUN_BLOCKS 8

struct logger ;

struct boot
{
  int rootfd ;                    /* "/" */
  int runfd ;                     /* the state directory, /run */
  int contenvfd ;                 /* RUN_CONTENV: the environment as it is now; stages and the image's scripts change it */
  unsigned int mode ;             /* one of BOOT_* */
  struct privileges privileges ;
  char const *etc ;               /* where the image's cont-init.d, services.d and the like are, relative to the root */
  struct report *report ;
  int readyfd ;                   /* stage 2: readable from when s6-svscan handles signals and its control fifo, or has failed; -1: not stage 2 */
  struct logger *logger ;         /* the catch-all logger; 0: standard output and error are the container's own */
} ;

enum stage_result
{
  STAGE_DONE,
  STAGE_INCOMPLETE,  /* counts as a failure, but what depends on it starts */
  STAGE_FAILED,      /* what depends on it does not start, the rest goes on */
  STAGE_FATAL,       /* nothing more is started, the container ends with EXIT_USER */
  STAGE_RUNNING      /* a program is to be run; the stage is called again when it has ended */
} ;

/* A program that a stage wants run, and what became of the one before. Zero at the stage's first call. */
struct script
{
  /* set by the stage with STAGE_RUNNING; what they point to must last until the next call */
  char const *const *argv ;       /* argv[0] is looked up on PATH where it has no slash */
  int stdoutfd ;                  /* its standard output; -1: the container's */
  unsigned int timeout ;          /* milliseconds; 0: none */

  /* set for the stage's next call */
  int code ;                      /* what the program exited with, 128 + the signal that ended it, 126 or 127: it could not be executed */
  int timed_out ;                 /* it was killed for its timeout */

  void *state ;                   /* the stage's own, between its calls */
  int exit_code ;                 /* set with a failure: what the container exits with if that ends it; 0: 1 */
} ;

/* A stage's work. With a result other than STAGE_RUNNING it has freed its state. The reason of a failure is appended to reason (no NUL),
   which is kept between the calls; for STAGE_FATAL it names the cause and, behind a semicolon, the remedy.
   With STAGE_DONE, what was not done may stand there. Warnings and info lines are its own. */
typedef enum stage_result stage_func (struct boot const *, struct script *, stralloc *reason) ;

/* One row of the stage table: the only place that decides what runs where. The row called STAGE_DEFINITIONS is the point from which
   the definitions of services no longer change: they are read then, and every row behind it waits for that. */
#define STAGE_DEFINITIONS "definitions"

/* The row whose marker is printed when the boot is done: an image that has a definition of it prints its own. */
#define STAGE_SERVICE_CHECK "ci-service-check"

/* What a row is to the definitions of the image. */
#define STAGE_PUBLIC ((char const *)0)  /* they hang between such, add dependencies to it, or take its place by its name */
#define STAGE_PRIVATE ""                /* not to be seen by them */

/* The bundles that images fill. */
#define BUNDLE_USER "user"
#define BUNDLE_USER2 "user2"

#define STAGE_AFTER_MAX 4
#define STAGE_WISH '?'

struct stage
{
  char const *name ;
  char const *of ;                /* STAGE_PUBLIC, STAGE_PRIVATE, or the public row that this one is a part of, and replaced with */
  unsigned int modes ;            /* those it runs in */
  char const *needs ;             /* directory, relative to the root, that it must be able to write; 0: none */
  char const *after[STAGE_AFTER_MAX] ;  /* names of earlier rows, as many as there are;
                                     one with STAGE_WISH in front holds unless the image's definitions want it the other way round */

  /* Whether the image or its user gives the stage something to do, and what, in a few words appended to what, which is empty (no NUL).
     0: it costs nothing to run it always. */
  int (*asked) (struct boot const *, stralloc *what) ;

  /* 0: the row is an anchor that definitions depend on, or only starts its service. */
  stage_func *run ;

  /* A service of the base (in ROOT_BASE_SERVICES) that starts when the stage has done what it was asked for; 0: none. */
  char const *service ;
} ;

extern struct stage const stage_table[] ;
extern size_t const stage_table_len ;

/* The row called name; without one, stage_table_len. */
extern size_t stage_find (char const *name) ;

#endif
