/* ISC license. */

#ifndef STILLROOT_PRIVILEGES_H
#define STILLROOT_PRIVILEGES_H

#include <stdint.h>
#include <sys/types.h>

struct privileges
{
  uid_t euid ;
  gid_t egid ;
  uint64_t capabilities ;   /* effective set, a bit per capability of capabilities(7) */
  int no_new_privs ;
  int userns ;              /* 1: the uid map is not the identity; 0: it is; -1: /proc does not tell */
} ;

/* Never fails: what the kernel refuses to tell counts as not had. */
extern void privileges_inspect (struct privileges *ret) ;

/* cap: a CAP_* number of linux/capability.h. */
extern int privileges_has (struct privileges const *, unsigned int cap) ;

#endif
