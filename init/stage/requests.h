/* ISC license. */

#ifndef STILLROOT_STAGE_REQUESTS_H
#define STILLROOT_STAGE_REQUESTS_H

#include "boot.h"

/* What the image or its user asks of each stage: the asked functions of the stage table. */

typedef int asked_func (struct boot const *, stralloc *) ;

extern asked_func asked_stage2_hook, asked_envfile, asked_device_perms,
  asked_docker_mods, asked_mods_packages, asked_custom_services, asked_umask, asked_cont_init,
  asked_fix_attrs ;

#endif
