/* ISC license. */

#ifndef STILLROOT_LAYERENTRIES_H
#define STILLROOT_LAYERENTRIES_H

#include <stddef.h>
#include <stdint.h>

#include "layer.h"
#include "nametable.h"

/* The entries of a layer while they are collected, from an archive, a directory or a record: a path once, a directory before what is in it.
   Internal to these. */

struct layer_limits
{
  size_t entries ;
  uint64_t bytes ;
  size_t names ;
} ;

#define LAYER_LIMITS { .entries = LAYER_ENTRIES_MAX, .bytes = LAYER_BYTES_MAX, .names = LAYER_NAMES_MAX }

struct layerentries
{
  struct layer layer ;
  struct nametable paths ;       /* numbered as the entries are */
  size_t room ;                  /* of layer.entries */
  struct layer_limits limits ;
  size_t names ;                 /* bytes of paths and targets so far */
} ;

extern void layerentries_begin (struct layerentries *, struct layer_limits const *) ;

/* Adds the entry, path as layerpath_clean() makes it and not the root; directories on the way that are missing are added, with mode 0755. One of the same
   path is replaced. Returns 0; or -1 and sets errno, what it is in *ret_why, for the end of a sentence: EINVAL, it cannot be. */
extern int layerentries_add (struct layerentries *, char const *path, enum layer_type, mode_t, uint32_t number, char const **ret_why) ;

/* Counts the target of a link. The same. */
extern int layerentries_count_name (struct layerentries *, char const *, char const **ret_why) ;

/* The entry of path, until another is added; 0: there is none. */
extern struct layer_entry const *layerentries_find (struct layerentries const *, char const *path) ;

/* What was collected, if ok; else all of it is freed. Returns ok. Leaves errno alone. */
extern int layerentries_end (struct layerentries *, int ok, struct layer *ret) ;

#endif
