/* ISC license. */

#ifndef STILLROOT_FETCH_H
#define STILLROOT_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include <skalibs/tai.h>

#include "imageref.h"

/* Gets the layers of all mods into a store, side by side, each by a process of its own: what a registry sends is not parsed in the process
   that writes to the root. */

#define FETCH_WHY_MAX 511

enum fetch_state
{
  FETCH_WAITING,
  FETCH_RESOLVING,     /* which layer it is */
  FETCH_DOWNLOADING,   /* digest and size are known */
  FETCH_READY,         /* the store has the layer, or the root has it already */
  FETCH_FAILED,
  FETCH_SILENT,        /* failed: its registry does not answer */
  FETCH_LATE           /* failed: no time is left */
} ;

/* In memory that the processes share. */
struct fetch
{
  char const *name ;               /* as the mod was asked for; lasts as long as the array */
  struct imageref ref ;
  char applied[DIGEST_MAX + 1] ;   /* the layer that the root has of it already; "": none */
  enum fetch_state state ;
  int silent ;                     /* its registry does not answer, whatever has served in its place */
  char digest[DIGEST_MAX + 1] ;    /* of the layer */
  uint64_t size ;                  /* what its manifest says */
  char why[FETCH_WHY_MAX + 1] ;    /* of a failure, for the end of a sentence */
} ;

struct fetch_settings
{
  int storefd ;
  int workfd ;             /* a directory that is written by us alone */
  tain deadline ;          /* for all of them */
  int debug ;
} ;

/* Room for n, all zero. Returns 0 and sets errno when there is none. It stays until the process ends. */
extern struct fetch *fetch_new (size_t n) ;

/* Fetches those of the n that are FETCH_WAITING: at the end each is FETCH_READY or has failed. A registry that has not answered is not asked
   again; what the store or the root has serves then, with a line. Says what lasts. SIGCHLD and SIGTERM must be blocked. Returns 0; or -1 when SIGTERM has come:
   nothing runs any more then. */
extern int fetch_all (struct fetch *, size_t n, struct fetch_settings const *) ;

#endif
