/* ISC license. */

#ifndef STILLROOT_REGISTRY_H
#define STILLROOT_REGISTRY_H

#include <stdint.h>

#include <skalibs/stralloc.h>
#include <skalibs/tai.h>

#include "imageref.h"

/* What a registry is asked for (distribution specification, "Pull"): manifests and blobs of one repository, with a token where it wants one. */

enum registry_result
{
  REGISTRY_OK,
  REGISTRY_REFUSED,   /* it, or we, will not, now or later */
  REGISTRY_SILENT,    /* nobody answers, or nothing of use, again and again: not to be asked once more in this boot */
  REGISTRY_LATE,      /* the deadline has come */
  REGISTRY_SYSTEM     /* a system call has failed here */
} ;

struct registry
{
  struct imageref const *ref ;
  int dirfd ;              /* a directory that is written by us alone, for files of our own */
  tain const *deadline ;
  int debug ;              /* say each request */
  int plain ;              /* it speaks HTTP without TLS; only a registry on a loopback address is asked so */
  stralloc token ;         /* ends in NUL; empty: none yet */
  int renewed ;            /* it has been fetched once more */
} ;

/* Gets the manifest of version (a tag or a digest), or the blob of a digest, into fd, which is empty; at most max bytes. What came is not verified.
   Tries again, in ever longer steps, what may go better then. Anything but REGISTRY_OK: why is appended (no NUL), for the end of a sentence,
   behind a semicolon what mends it. */
extern enum registry_result registry_manifest (struct registry *, char const *version, int fd, stralloc *why) ;
extern enum registry_result registry_blob (struct registry *, char const *digest, int fd, uint64_t max, stralloc *why) ;

#endif
