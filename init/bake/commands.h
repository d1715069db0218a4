/* ISC license. */

#ifndef STILLROOT_BAKE_COMMANDS_H
#define STILLROOT_BAKE_COMMANDS_H

#include "image.h"

/* The programs of ours that /command has too; ends with 0. */
extern char const *const commands_own[] ;

/* Links our programs, and those of s6 and execline, in /command, unless it has something of that name that leads somewhere. Exits where
   that cannot be. */
extern void commands_bake (struct image const *) ;

#endif
