/* ISC license. */

#ifndef STILLROOT_IMAGEREF_H
#define STILLROOT_IMAGEREF_H

#include "digest.h"

/* References to images, as docker run has them: [REGISTRY/]REPOSITORY[:TAG][@DIGEST] (github.com/distribution/reference). */

#define IMAGEREF_NAME_MAX 255   /* of registry and repository together */
#define IMAGEREF_TAG_MAX 128

struct imageref
{
  char registry[IMAGEREF_NAME_MAX + 1] ;     /* HOST or HOST:PORT in lower case; docker.io where none is named */
  char repository[IMAGEREF_NAME_MAX + 1] ;   /* library/NAME where docker.io has it so */
  char tag[IMAGEREF_TAG_MAX + 1] ;           /* "": none; latest where neither a tag nor a digest is named */
  char digest[DIGEST_MAX + 1] ;              /* "": none */
} ;

/* Images of the owner linuxserver on docker.io and ghcr.io are taken from lscr.io, as the family's images have always done, unless
   force_registry says that the registry that is named is meant (DOCKER_MODS_FORCE_REGISTRY).
   Returns 0; or -1, *ret untouched, and in *ret_why what is wrong with it, for the end of a sentence: "its tag has a character that none has". */
extern int imageref_parse (char const *s, int force_registry, struct imageref *ret, char const **ret_why) ;

/* The host to ask: docker.io's registry is another one than its name says. */
extern char const *imageref_host (struct imageref const *) ;

/* The first step of the repository, whose the image is; stores it in ret, IMAGEREF_NAME_MAX + 1 bytes. */
extern void imageref_owner (struct imageref const *, char *ret) ;

#endif
