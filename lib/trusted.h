/* ISC license. */

#ifndef STILLROOT_TRUSTED_H
#define STILLROOT_TRUSTED_H

#include <sys/stat.h>

/* Whether root alone can change it: it is root's, and writable by no one else. */
static inline int is_trusted (struct stat const *st)
{
  return !st->st_uid && !(st->st_mode & S_IWOTH) && (!st->st_gid || !(st->st_mode & S_IWGRP)) ;
}

#endif
