/* ISC license. */

#ifndef STILLROOT_BAKE_SCRIPT_H
#define STILLROOT_BAKE_SCRIPT_H

#include "complaints.h"
#include "image.h"

/* What becomes of a script that is not executable. */
enum script_use
{
  SCRIPT_EXECUTED,            /* it fails */
  SCRIPT_EXECUTED_ANYWAY      /* it is run by its interpreter; a program fails */
} ;

/* Adds what keeps the file path (absolute, in the image) from being run to the warnings. subject: what each begins with, the file that
   names path, or path itself. */
extern void script_check (struct image const *, char const *subject, char const *path, enum script_use, struct complaints *warnings) ;

#endif
