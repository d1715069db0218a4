/* ISC license. */

#ifndef STILLROOT_BAKE_SCRIPTS_H
#define STILLROOT_BAKE_SCRIPTS_H

#include "definitionset.h"
#include "image.h"

/* Adds what keeps a definition's scripts from being run to the warnings: run, finish and data/check of a longrun; what up and down of a
   oneshot name by an absolute path. where: the path of the definition, in the image. */
extern void scripts_check_definition (struct image const *, struct definition_node const *, char const *where, struct complaints *warnings) ;

/* The same of the scripts and services in cont-init.d, cont-finish.d and services.d. Exits where a directory cannot be read. */
extern void scripts_check_legacy (struct image const *, struct complaints *warnings) ;

#endif
