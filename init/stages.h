/* ISC license. */

#ifndef STILLROOT_STAGES_H
#define STILLROOT_STAGES_H

#include "boot.h"

enum stage_result { STAGE_OK, STAGE_FAILED, STAGE_MISSING } ;

/* Decides by its row whether the stage runs in this boot, runs it, reports it. A skip of something that was asked for is one info line,
   a failure one warning line. STAGE_MISSING: asked for, and this version has no function for it; said in one fatal line. */
extern enum stage_result stage_run (struct boot const *, struct stage const *) ;

#endif
