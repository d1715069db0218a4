/* ISC license. */

#ifndef STILLROOT_PLACING_H
#define STILLROOT_PLACING_H

#include <skalibs/stralloc.h>

#include "layer.h"

/* Puts what a staging directory has into the root, file by file, each by rename(2), or as filemove.h has it where another file system is mounted.
   Links of the root on the way are followed only where nobody but root can have put them (rootpath.h). Directories that are there stay as they
   are; missing ones are made, 0:0, with the mode that the layer has. */

/* Whether all of it could be put: no file where the layer has a directory, no directory where it has a file, nothing mounted on a file's place,
   no link on the way that does not count, nothing read-only. Changes nothing. Returns 0; or -1 and sets errno, and what is in the way appended to why
   (no NUL, one line): "etc/hosts: something is mounted on it". */
extern int placing_check (int rootfd, struct layer const *, stralloc *why) ;

/* Puts it. What the staging directory no longer has has been put by an earlier call that was killed. Returns 0; or -1 and sets errno, why as above:
   what is not in its place yet is still in the staging directory, and another call goes on from there. */
extern int placing_do (int rootfd, int stagefd, struct layer const *, stralloc *why) ;

#endif
