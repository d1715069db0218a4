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
#define BOOT_ANY (BOOT_RW | BOOT_RO | BOOT_NONROOT_RW | BOOT_NONROOT_RO)

/* Exit codes, as in init(8). */
#define EXIT_USER 100      /* what the user can mend */
#define EXIT_SYSTEM 111    /* a system call failed */

struct boot
{
  int rootfd ;                    /* "/" */
  int runfd ;                     /* the state directory, /run */
  int contenvfd ;                 /* RUN_CONTENV */
  unsigned int mode ;             /* one of BOOT_* */
  char const *const *envp ;       /* the container's environment, with our additions */
  struct report *report ;
} ;

/* One row of the stage table: the only place that decides what runs where. */
struct stage
{
  char const *name ;
  unsigned int modes ;            /* those it runs in */
  char const *needs ;             /* directory, relative to the root, that it must be able to write; 0: none */
  char const *after[3] ;          /* names of earlier rows */

  /* Whether the image or its user gives the stage something to do, and what, in a few words appended to what (no NUL).
     0: it costs nothing to run it always. */
  int (*asked) (struct boot const *, stralloc *what) ;

  /* Returns 0, or -1 with the reason in reason (ends in NUL). Warnings are its own. 0: the row is an anchor that definitions depend
     on, or its function is still to come; asking for a missing one fails the boot. */
  int (*run) (struct boot const *, stralloc *reason) ;
} ;

extern struct stage const stage_table[] ;
extern size_t const stage_table_len ;

#endif
