/* ISC license. */

#ifndef STILLROOT_LAYERSTAGE_H
#define STILLROOT_LAYERSTAGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <skalibs/stralloc.h>

#include "layerentries.h"

/* What is common to layers of both kinds: each entry is checked and, if it is a file or a link, made in the staging directory, under a number.
   Internal to them. Functions return 0, or -1 and set errno, and then have appended to *why what is wrong, as layer.h has it. */

struct layerstage
{
  int stagefd ;
  struct layerentries entries ;
  size_t seen ;                  /* entries that were read, also those that are no more */
  uint64_t bytes ;               /* of these */
  uint32_t next ;                /* number */
  int old_style ;
  stralloc *why ;
} ;

enum layerstage_kind { LAYERSTAGE_DIRECTORY, LAYERSTAGE_FILE, LAYERSTAGE_LINK, LAYERSTAGE_HARDLINK, LAYERSTAGE_OTHER } ;

extern void layerstage_begin (struct layerstage *, int stagefd, struct layer_limits const *, stralloc *why) ;

/* What has been read, if r is 0; else nothing. Returns r. */
extern int layerstage_end (struct layerstage *, int r, struct layer *ret) ;

/* Says that name, as the layer has it ("": the layer itself), is not to be used, and why. Sets errno to e. Returns -1. */
extern int layerstage_fail (struct layerstage *, int e, char const *name, char const *why) ;

/* The first thing that is done with an entry: raw is its name as the layer has it, size what it unpacks to. Stores its path in path,
   LAYERPATH_MAX + 1 bytes. Returns 1; 0: it is to be left out, the root itself or old style; -1. */
extern int layerstage_enter (struct layerstage *, char const *raw, enum layerstage_kind, int64_t size, char *path) ;

/* Then one of these, with the path. */
extern int layerstage_directory (struct layerstage *, char const *path, mode_t) ;
extern int layerstage_link (struct layerstage *, char const *path, char const *target) ;
extern int layerstage_hardlink (struct layerstage *, char const *path, char const *target) ;

/* A file has its size at once, as a hole. Returns a descriptor to write to, no more than that, and to end with. */
extern int layerstage_file (struct layerstage *, char const *path, mode_t, int64_t size) ;

/* Closes fd, which holds what path is to have, if r is 0. */
extern int layerstage_file_end (struct layerstage *, char const *path, int fd, int r) ;

/* The two kinds. */
extern int layertar_read (struct layerstage *, int fd) ;
extern int layerdirectory_read (struct layerstage *, int dirfd) ;

#endif
