/* ISC license. */

#ifndef STILLROOT_RESOLVE_H
#define STILLROOT_RESOLVE_H

#include "fetch.h"

/* One mod, from its name to the layer in the store: what the process of a fetch does. */

/* offline: without asking the registry. dirfd: a directory for files of its own. Ends with the state, digest, size and why of *f. */
extern void resolve (struct fetch *f, struct fetch_settings const *, int dirfd, int offline) ;

#endif
