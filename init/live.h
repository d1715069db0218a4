/* ISC license. */

#ifndef STILLROOT_LIVE_H
#define STILLROOT_LIVE_H

#include <stddef.h>

#include "bootgraph.h"

/* The services of a booted container and what of them is up, as stage 2 has left them, for those that change it later. */

struct live
{
  int runfd ;
  int contenvfd ;
  int scanfd ;                /* RUN_SCANDIR */
  int statefd ;               /* RUN_BOOTGRAPH_STATE; -1: there is none */
  struct bootgraph graph ;
  size_t kept ;               /* the first nodes, whose states the file has; the others are not of the boot graph */
  char *states ;              /* BOOTGRAPH_UP or BOOTGRAPH_DOWN of each node */
} ;

/* Opens the scandir and reads the graph and the states. Returns 0, or -1 and sets errno: ENOENT there is no graph; EPROTO it, or the states,
   are none of ours. *ret is then without a node, and fit for all that follows. contenvfd: of the scripts of oneshots. */
extern int live_open (struct live *ret, int runfd, int contenvfd) ;

/* Adds a longrun that is up and not of the boot graph; its name must outlive the struct. Returns 0, or -1 and sets errno (ENOMEM). */
extern int live_add (struct live *, char const *name) ;

extern int live_is_up (struct live const *, size_t node) ;

/* A transition has succeeded. What the file does not take is one warning. */
extern void live_set (struct live *, size_t node, int up) ;

extern void live_close (struct live *) ;

#endif
