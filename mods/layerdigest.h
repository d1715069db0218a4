/* ISC license. */

#ifndef STILLROOT_LAYERDIGEST_H
#define STILLROOT_LAYERDIGEST_H

#include "layer.h"

/* A digest of what a layer has, staged in stagefd: of paths, kinds, modes and contents. It tells whether a directory is what it was; it is of nothing that a
   registry knows. Stores it in ret, DIGEST_MAX + 1 bytes. Returns 0, or -1 and sets errno. */
extern int layerdigest (struct layer const *, int stagefd, char *ret) ;

#endif
