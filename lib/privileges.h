/* ISC license. */

#ifndef STILLROOT_PRIVILEGES_H
#define STILLROOT_PRIVILEGES_H

#include <stdint.h>
#include <sys/types.h>

#include "idmap.h"

struct privileges
{
  uid_t euid ;
  gid_t egid ;
  uint64_t capabilities ;   /* effective set, a bit per capability of capabilities(7) */
  uint64_t permitted ;      /* what can become effective */
  int no_new_privs ;
  int userns ;              /* 1: the uids or gids are not all the host's own; 0: they are; -1: /proc does not tell */
  struct idmap uids, gids ; /* those that there are */
  int setgroups_denied ;    /* in the user namespace: no process can give itself other groups, whatever its capabilities are */
} ;

/* Never fails: what the kernel refuses to tell counts as not had. */
extern void privileges_inspect (struct privileges *ret) ;

/* cap: a CAP_* number of linux/capability.h. */
extern int privileges_has (struct privileges const *, unsigned int cap) ;

/* Whether no process of the container can ever have another uid than this one, or another gid than its groups: capabilities can only get fewer
   (no_new_privs: execve(2) honours no set-uid bit and no file's capabilities), and none is there that changes ids. Of processes from outside it
   says nothing. */
extern int privileges_single_user (struct privileges const *) ;

#endif
