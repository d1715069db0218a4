/* ISC license. */

#ifndef STILLROOT_STAGE_PACKAGES_H
#define STILLROOT_STAGE_PACKAGES_H

#include "boot.h"

/* init-mods-package-install: lets the image's package manager install what mods have written into ROOT_MOD_PACKAGES, and pip, in a venv at
   ROOT_LSIOPY, what is in ROOT_MOD_PIP_PACKAGES. A failure of the one does not keep the other from being tried. When all is installed, the
   lists are removed; when something has failed, or a word was refused, both stay, so that the next start of the container tries again. */
extern stage_func stage_mods_packages ;

#endif
