/* ISC license. */

#ifndef STILLROOT_SCRIPTDIR_H
#define STILLROOT_SCRIPTDIR_H

#include <limits.h>
#include <stddef.h>

#include "filelist.h"
#include "scriptfile.h"

/* The scripts of a directory, one after the other. */

struct scriptdir
{
  int rootfd ;                    /* borrowed */
  struct filelist list ;
  char const *name ;              /* of the script that it is the turn of; 0: none yet */
  char path[PATH_MAX] ;           /* the same, absolute */
  size_t prefix ;                 /* of path: the directory */
  struct scriptfile file ;        /* what it is, after scriptdir_inspect() */
  char const *argv[4] ;           /* for the caller to fill in */
} ;

/* The directory dir, relative to rootfd. Returns an allocated one, before the first script, for scriptdir_free(); or 0 and sets errno. */
extern struct scriptdir *scriptdir_open (int rootfd, char const *dir, int (*order) (struct dirent const **, struct dirent const **)) ;

/* Goes to the next script. Returns its name, or 0: there is none. */
extern char const *scriptdir_next (struct scriptdir *) ;

/* Fills in file. Returns 0, or -1 and sets errno as scriptfile_inspect() does. */
extern int scriptdir_inspect (struct scriptdir *) ;

extern void scriptdir_free (struct scriptdir *) ;

#endif
