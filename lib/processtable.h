/* ISC license. */

#ifndef STILLROOT_PROCESSTABLE_H
#define STILLROOT_PROCESSTABLE_H

#include <stddef.h>
#include <sys/types.h>

/* Child processes that run, and the number of what each belongs to. Every step costs the logarithm of how many there are. */

#define PROCESSTABLE_NONE ((size_t)-1)

struct processtable
{
  void *root ;
  size_t n ;          /* how many run */
} ;

#define PROCESSTABLE_ZERO { .root = 0, .n = 0 }

/* Returns 0, or -1 and sets errno (ENOMEM; EEXIST: the process is in it). */
extern int processtable_add (struct processtable *, pid_t, size_t number) ;

/* Whether the process is in it. */
extern int processtable_has (struct processtable const *, pid_t) ;

/* Takes the process out. Returns its number, or PROCESSTABLE_NONE: it is not in it. */
extern size_t processtable_take (struct processtable *, pid_t) ;

extern void processtable_free (struct processtable *) ;

#endif
