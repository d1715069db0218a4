/* ISC license. */

#ifndef STILLROOT_STAGE_CRONTABS_H
#define STILLROOT_STAGE_CRONTABS_H

#include "boot.h"

/* init-crontab-config: puts the crontabs of abc and root where the image's cron daemon reads them. Root's is taken only from where
   root alone can write. */
extern int asked_crontabs (struct boot const *, stralloc *what) ;
extern stage_func stage_crontabs ;

/* svc-cron: whether there is a crontab, and a daemon to read it. */
extern int asked_cron (struct boot const *, stralloc *what) ;

#endif
