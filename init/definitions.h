/* ISC license. */

#ifndef STILLROOT_DEFINITIONS_H
#define STILLROOT_DEFINITIONS_H

#include "walk.h"

/* What is to be walked besides the stages: the image's s6-rc definitions, its services.d, the user's custom services. */

/* Makes the row wait for those that its table says it comes after. */
extern void definitions_depend (struct walk *, size_t row) ;

/* Reads all definitions and adds them to the walk, between the stages. Returns 0; or -1: the s6-rc definitions are wrong, which has been
   said, all of it, and nothing is added. */
extern int definitions_load (struct walk *) ;

/* Makes the stage row the service of the base called name. */
extern void definitions_load_base (struct walk *, size_t row, char const *name) ;

#endif
