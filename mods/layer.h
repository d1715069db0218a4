/* ISC license. */

#ifndef STILLROOT_LAYER_H
#define STILLROOT_LAYER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <skalibs/stralloc.h>

#include "nametable.h"

/* What a mod puts into the root: the entries of a layer, a tar that is compressed or not, or those of a directory. All is read and checked, and files
   are written under numbers into a directory of ours, before anything is put in its place (placing.h): a name of a layer is never a path of the
   staging directory. */

/* Bounds on what a layer can make us use. */
#define LAYER_ENTRIES_MAX 200000
#define LAYER_BYTES_MAX 4294967296ull   /* unpacked; holes count as bytes */
#define LAYER_NAMES_MAX 67108864        /* bytes of all paths and targets together */

enum layer_type { LAYER_DIRECTORY, LAYER_FILE, LAYER_LINK /* symbolic */ } ;

struct layer_entry
{
  size_t path ;          /* in names; relative to the root, as layerpath_clean() makes it */
  enum layer_type type ;
  mode_t mode ;          /* of a directory or a file: as in the layer, without the bits set-user-id, set-group-id, sticky, and writable for others than
                            the owner: all that a mod brings is root's */
  uint32_t number ;      /* of a file or a link: the name that it has in the staging directory, in decimal; unique */
} ;

struct layer
{
  stralloc names ;               /* each ends in NUL */
  struct layer_entry *entries ;  /* a directory before what is in it; each path once, the last of the archive counts */
  size_t n ;
  size_t nfiles ;                /* that are no directories */
  uint64_t bytes ;               /* unpacked, with what was left out or replaced; 0 in one that a record has (modrecord.h) */
  int old_style ;                /* there were entries of etc/cont-init.d or etc/services.d, which are left out (layerpath.h) */
} ;

#define LAYER_ZERO { .names = STRALLOC_ZERO, .entries = 0 }

/* Reads the tar that fd is open on, from its offset (gzip, zstd or none, as it comes), into stagefd, an empty directory of root's alone.
   Files are 0:0 there and have their mode; hard links are made of what the layer has; symbolic links are made as they are.
   Directories that are missing from it are added, with mode 0755. The root itself, "./", says nothing. What it unpacks to is bounded while it unpacks, and
   so is the memory for it.
   Refused, all of it: a path that layerpath_clean() refuses, a link that leads out, a hard link to what is no file of the layer, what is neither file,
   link nor directory, a path through what is no directory in the layer, more than the bounds, a damaged archive.
   Returns 0; or -1 and sets errno (EINVAL: it is refused; else a system call failed: ENOSPC), and what is wrong appended to why (no NUL, one line, names the
   entry): "etc/../../x: it leads out of the root". *ret is then free, and what stagefd has by then is the caller's to remove. */
extern int layer_read_tar (int fd, int stagefd, struct layer *ret, stralloc *why) ;

/* The same of the directory dirfd, whose content others may change meanwhile: no link in it is followed. Sockets and the like are refused too.
   The entries are in the order of their paths, whatever order the directory has them in. */
extern int layer_read_directory (int dirfd, int stagefd, struct layer *ret, stralloc *why) ;

/* Leaves out the files and links whose paths are in the table, and removes them from stagefd: others have put theirs there, which count. Directories stay. Returns 0,
   or -1 and sets errno. */
extern int layer_leave_out (struct layer *, int stagefd, struct nametable const *) ;

extern void layer_free (struct layer *) ;

#endif
