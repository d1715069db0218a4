/* ISC license. */

#ifndef STILLROOT_MODSOURCE_H
#define STILLROOT_MODSOURCE_H

#include "modname.h"
#include "modstate.h"

/* Where mods come from. Each applies all of a list, in its order; one that cannot be is a warning, and the others are applied. */

struct modsettings
{
  unsigned int timeout ;    /* for all downloads together, milliseconds; 0: none */
  int force_registry ;
  int run_banned ;
  int debug ;
  char const *banned_url ;  /* of a further list of banned owners; "": none */
} ;

/* what a program exits with that SIGTERM has ended */
#define MODS_ENDED 143

/* From registries. Returns the exit code: 0, or that of what weighs most; or MODS_ENDED, when SIGTERM has come while anything was downloaded. */
extern int pull_mods (struct modstate const *, struct modlist const *, struct modsettings const *) ;

/* From ROOT_MODS_SIDELOADED: NAME.tar, or the directory NAME. */
extern int sideload_mods (struct modstate const *, struct modlist const *) ;

#endif
