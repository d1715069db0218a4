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

#endif
