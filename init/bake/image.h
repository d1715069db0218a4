/* ISC license. */

#ifndef STILLROOT_BAKE_IMAGE_H
#define STILLROOT_BAKE_IMAGE_H

/* The image that init-bake works on: its root directory, / itself or another one. */

struct image
{
  int rootfd ;          /* its root directory */
  int outsidefd ;       /* the root directory that init-bake was started in; -1: it is the image's */
  char const *name ;    /* stands before absolute paths in messages; "": the image is / */
} ;

/* Opens the image whose root is the directory dir. Exits where that cannot be. */
extern void image_open (struct image *, char const *dir) ;

/* Makes the image's root directory that of this process, so that every absolute link leads to where it leads in the image, and nowhere
   out of it. Returns 0, or -1 and sets errno (EPERM: it takes CAP_SYS_CHROOT). */
extern int image_enter (struct image const *) ;

/* Goes back to where init-bake was started. Exits where that cannot be. */
extern void image_leave (struct image const *) ;

#endif
