/* ISC license. */

#ifndef STILLROOT_BAKE_STAGEFILES_H
#define STILLROOT_BAKE_STAGEFILES_H

#include "definitionset.h"
#include "moves.h"

/* Whether the image has a definition of the built-in's name. */
extern int stagefiles_exist (struct image const *, struct definition_builtin const *) ;

/* Moves the files away that make the image's directory of the built-in's name a definition. What is left only adds to the built-in one:
   dependencies that are not its own, and what our stage of that name reads itself. Without a type, it is so already.
   Returns whether it was a definition, and is none any more. Every failure is the exit of the program. */
extern int stagefiles_move (struct moves *, struct definition_builtin const *) ;

#endif
