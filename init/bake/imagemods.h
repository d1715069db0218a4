/* ISC license. */

#ifndef STILLROOT_BAKE_IMAGEMODS_H
#define STILLROOT_BAKE_IMAGEMODS_H

/* Applies mods to the root directory of this process, by the program that does so at boot; references ends with 0. Exits, with its code, where not all of them
   could be applied: it has said why. */
extern void mods_bake (char const *const *references) ;

#endif
