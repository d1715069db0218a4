/* ISC license. */

#ifndef STILLROOT_STAGE_SETTINGS_H
#define STILLROOT_STAGE_SETTINGS_H

#include "boot.h"

/* settings: checks what later stages act on, before anything is touched. */
extern stage_func stage_settings ;

/* numbers: says which variables that are to be numbers are none, and so have no effect. */
extern stage_func stage_numbers ;

/* capabilities: says which ones are missing; without those that the applications' user needs, nothing goes on. */
extern stage_func stage_capabilities ;

/* umask: for with-contenv, which gives it to services. */
extern stage_func stage_umask ;

/* What the value of a variable that settings checks has to be, where it is not: "a number from 0 to 9"; else 0. No blanks are around the value. */
extern char const *settings_wanted (char const *name, char const *value) ;

#endif
