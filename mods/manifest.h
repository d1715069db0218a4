/* ISC license. */

#ifndef STILLROOT_MANIFEST_H
#define STILLROOT_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include <skalibs/stralloc.h>

#include "digest.h"

/* Image manifests and indexes, of the OCI image specification and of Docker ("Image Manifest Version 2, Schema 2"). */

#define MANIFEST_MAX 4194304   /* bytes, as registries have it (distribution specification, "Pushing Manifests") */

/* What to ask a registry for: the header Accept's value, all that manifest_parse() understands. */
#define MANIFEST_ACCEPT \
  "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, " \
  "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"

enum manifest_kind
{
  MANIFEST_INDEX,   /* digest is that of the manifest of this machine's architecture */
  MANIFEST_IMAGE    /* digest is that of the image's one layer */
} ;

struct manifest
{
  enum manifest_kind kind ;
  char digest[DIGEST_MAX + 1] ;
  uint64_t size ;   /* bytes that the digest is of */
} ;

struct platform
{
  char const *architecture ;   /* as GOARCH has it */
  char const *variant ;        /* "v7" and the like; "": what is usual where none is named (arm: v7, arm64: v8, amd64: v1), else any */
} ;

/* This machine's, by uname(2), or that of 32 bits which it runs, if this program is of that; of an unknown one, the name that uname has. */
extern struct platform manifest_platform (void) ;

/* Attestations, other operating systems and what is no image manifest are passed over. Of several variants, the machine's own is taken, else the
   highest below it. An index of one image, which does not say for what, is for any platform.
   Returns 0; or -1, *ret untouched, and what is wrong appended to why (no NUL), for the end of a sentence, without control characters:
   "it has 3 layers, and a mod has one", "it is for amd64, arm64, and this machine is riscv64". */
extern int manifest_parse (char const *s, size_t len, struct platform const *, struct manifest *ret, stralloc *why) ;

#endif
