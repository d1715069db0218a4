/* ISC license. */

#ifndef STILLROOT_STAGE_CUSTOM_H
#define STILLROOT_STAGE_CUSTOM_H

#include "boot.h"

/* What the user mounts into the container. */

/* init-custom-files: runs the executable files of /custom-cont-init.d in the order of their names, each at most CUSTOM_SCRIPTS_TIMEOUT.
   Failures are said, and stand in the report. */
extern stage_func stage_custom_files ;

/* custom-services: makes a service definition, RUN_CUSTOM_SERVICES/custom-svc-NAME, of each file in /custom-services.d. */
extern stage_func stage_custom_services ;

#endif
