/* ISC license. */

#ifndef STILLROOT_SERVICES_H
#define STILLROOT_SERVICES_H

#include <stddef.h>

#include <skalibs/tai.h>

#include "boot.h"

/* The longruns of a boot: their live servicedirs, the events of their supervisors, and what became of each. */

enum service_state
{
  SERVICE_SUPERVISED,   /* down; waits for its turn */
  SERVICE_WANTED,       /* its turn has come, its supervisor is not there yet */
  SERVICE_STARTING,     /* told to start */
  SERVICE_UP,           /* run is executed; not ready, or has not held yet */
  SERVICE_BACKOFF,      /* died, its supervisor will restart it */
  SERVICE_HELD,         /* ready, or up for long enough */
  SERVICE_FAILED
} ;

struct service
{
  char const *name ;        /* ours */
  size_t node ;             /* in the boot graph */
  int dirfd ;               /* its live servicedir */
  int eventfd ;
  enum service_state state ;
  int supervisor ;          /* it has announced itself */
  int notifies ;            /* has a notification-fd */
  int down ;                /* the definition says down: supervised, not started */
  int settled ;             /* the graph has been told */
  unsigned int deaths ;
  int code ;                /* of the last death, as an exit code */
  unsigned int since ;      /* when it came up, milliseconds since the boot's start */
  tain deadline ;           /* infinite: none */
} ;

/* What a service's step means for the boot graph. */
enum service_verdict { VERDICT_NONE, VERDICT_UP, VERDICT_FAILED } ;

/* Checks the definition of name in the directory srcfd (absolute path src), makes its live servicedir and subscribes to it.
   Returns 0 with *ret filled in; -1 when it is bad, said in one warning line and in the report. */
extern int service_make (struct boot const *, char const *name, int srcfd, char const *src, struct service *ret) ;

/* Links the servicedir into the scandir. Returns 0, or -1 and sets errno. */
extern int service_supervise (struct boot const *, struct service const *) ;

/* Its dependencies are up. */
extern enum service_verdict service_start (struct boot const *, struct service *) ;

/* Its eventfd is readable; hold: how long a service without readiness notification must stay up, milliseconds. */
extern enum service_verdict service_event (struct boot const *, struct service *, unsigned int hold) ;

/* Its deadline has passed. */
extern enum service_verdict service_timeout (struct boot const *, struct service *) ;

/* It has had all the time it gets to become ready: fails unless it has held. */
extern enum service_verdict service_give_up (struct boot const *, struct service *) ;

/* Whether it has come up at least once, or never will. */
extern int service_has_started (struct service const *) ;

/* Whether nothing more is to be waited for. */
extern int service_is_settled (struct service const *) ;

#endif
