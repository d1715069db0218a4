/* ISC license. */

#ifndef STILLROOT_STAGE_MIGRATIONS_H
#define STILLROOT_STAGE_MIGRATIONS_H

#include "boot.h"

/* init-migrations: runs the files of /migrations in the order of their numbers, each once; the names of those that have run stand in
   /config/.migrations. The first one that fails fails the stage. */
extern stage_func stage_migrations ;

#endif
