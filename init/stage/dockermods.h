/* ISC license. */

#ifndef STILLROOT_STAGE_DOCKERMODS_H
#define STILLROOT_STAGE_DOCKERMODS_H

#include "boot.h"

/* docker-mods: DOCKER_MODS, by a program of its own (stillroot-mods(8)), before the definitions are read: mods have some. What cannot be applied leaves the
   boot incomplete, and goes on. */
extern stage_func stage_docker_mods ;

#endif
