/* ISC license. */

#ifndef STILLROOT_STAGE_ENVFILE_H
#define STILLROOT_STAGE_ENVFILE_H

#include "boot.h"

/* init-envfile: FILE__X=PATH sets X to what the file holds, byte for byte. What cannot be read is one warning, X stays as it is. */
extern stage_func stage_envfile ;

#endif
