/* ISC license. */

#ifndef STILLROOT_PACKAGEMANAGER_H
#define STILLROOT_PACKAGEMANAGER_H

#include <skalibs/stralloc.h>

/* The package managers of the distributions that images are made of, and how they are asked without asking back. */

#define PACKAGEMANAGER_INSTALL_MAX 5

struct packagemanager
{
  char const *name ;
  char const *paths[2] ;      /* what is executed: the first that is there */
  char const *environment ;   /* that it needs beside the container's; 0: none */
  char const *update ;        /* its word for getting the lists of packages; 0: the installation does */
  char const *install[PACKAGEMANAGER_INSTALL_MAX] ;  /* its words before the names, as many as there are */
  char const *venv ;          /* the package that python's venvs take */
  char const *wheels ;        /* the ID of the system that LinuxServer.io has wheels for; 0: there is none */
  int wheels_versioned ;
} ;

/* All that can be found, by their names, for messages. */
#define PACKAGEMANAGER_NAMES "apt-get, apk, dnf and pacman"

/* The first one that the root has; *ret_path: its program, absolute. 0: there is none. */
extern struct packagemanager const *packagemanager_find (int rootfd, char const **ret_path) ;

/* Appends the address where pip finds LinuxServer.io's wheels for the root, and a NUL that sa->len does not count.
   Returns 1, or 0: there is none, or it is not known. */
extern int packagemanager_wheels (int rootfd, struct packagemanager const *, stralloc *sa) ;

#endif
