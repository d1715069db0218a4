/* ISC license. */

#ifndef STILLROOT_RUNACCESS_H
#define STILLROOT_RUNACCESS_H

#include "privileges.h"

enum runaccess
{
  RUNACCESS_SAFE,      /* no other user can replace what we make there */
  RUNACCESS_MENDED,    /* its owner or its mode was changed so that it is so */
  RUNACCESS_ALONE,     /* others could, but there can be no other user in the container */
  RUNACCESS_UNPROVEN,  /* others could, and programs with a set-uid bit could be they */
  RUNACCESS_EXPOSED    /* root's: the applications are other users, and it cannot be mended; errno */
} ;

/* Sees to it that nobody else can rename or remove what we make in the directory fd: its owner could, and who can write to it where it is not
   sticky. Root takes it into its own hands; it stays as writable for others as it was, but becomes sticky (01777, as /tmp), and loses the
   default ACL of its former owner. */
extern enum runaccess runaccess_secure (int fd, struct privileges const *) ;

/* What runaccess_secure() would find, and would do where the file system is writable. Changes nothing. */
extern enum runaccess runaccess_look (int fd, struct privileges const *) ;

#endif
