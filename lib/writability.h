/* ISC license. */

#ifndef STILLROOT_WRITABILITY_H
#define STILLROOT_WRITABILITY_H

enum writability
{
  WRITABLE,          /* a byte was written */
  WRITABLE_FULL,     /* ENOSPC, EDQUOT: writable, had it space */
  UNWRITABLE_ROFS,   /* EROFS: the file system or the mount is read-only */
  UNWRITABLE_DENIED, /* EACCES, EPERM: says something of us, nothing of the mount */
  UNWRITABLE_OTHER   /* anything else; the errno tells */
} ;

/* Finds out whether files can be created in the directory dirfd, by creating one.
   An unnamed file (O_TMPFILE) where the file system has them, else a named one that is removed at once; no trace stays.
   One byte is written: a full tmpfs still creates an empty file.
   Stores the errno of the attempt, 0 on success, in *ret_errno. Leaves errno alone. */
extern enum writability writability_probe (int dirfd, int *ret_errno) ;

/* The class of an errno of a failed write. Source of the rule: open(2), write(2). */
extern enum writability writability_of_errno (int e) ;

/* A short English name, for the boot report. */
extern char const *writability_name (enum writability) ;

#endif
