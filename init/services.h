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
  int eventfd ;             /* -1: nobody listens any more */
  enum service_state state ;
  int supervisor ;          /* it has announced itself */
  int notifies ;            /* has a notification-fd */
  int helped ;              /* a program of ours executes its run, which is SERVICE_SCRIPT */
  unsigned int timeout_up ; /* ms to become ready; 0: no limit */
  int down ;                /* the definition says down: supervised, not started */
  int settled ;             /* the graph has been told */
  unsigned int deaths ;
  int code ;                /* of the last death, as an exit code */
  unsigned int since ;      /* when it came up, milliseconds since the boot's start */
  tain deadline ;           /* infinite: none */
  tain up_by ;              /* when it must be ready; infinite: some time */
} ;

struct service_settings
{
  int notifies ;
  unsigned int timeout_up ;
  int reads ;               /* its standard input is the pipe of its name */
  char const *consumer ;    /* its standard output is the pipe of that name; 0: it is not */
} ;

/* Where a service comes from. */
struct service_source
{
  char const *name ;
  int fd ;                  /* its definition's directory */
  char const *path ;        /* its absolute path */
  struct service_settings const *settings ;   /* of an s6-rc longrun; 0: a service directory, as it is */
} ;

/* What a service's step means for the boot graph. */
enum service_verdict { VERDICT_NONE, VERDICT_UP, VERDICT_FAILED } ;

/* Checks the definition, makes its live servicedir, links it into the scandir and subscribes to it.
   Returns 0 with *ret filled in; -1 when it is bad, said in one warning line and in the report. */
extern int service_make (struct boot const *, struct service_source const *, struct service *ret) ;

/* Its dependencies are up. hold: how long a service without readiness notification must stay up, milliseconds. */
extern enum service_verdict service_start (struct boot const *, struct service *, unsigned int hold) ;

/* Its eventfd is readable. Before service_start() there is no verdict, whatever others do with the service. */
extern enum service_verdict service_event (struct boot const *, struct service *, unsigned int hold) ;

/* Its deadline has passed. */
extern enum service_verdict service_timeout (struct boot const *, struct service *) ;

/* It has had all the time it gets to become ready: fails unless it has held. */
extern enum service_verdict service_give_up (struct boot const *, struct service *) ;

/* Whether it has come up at least once, or never will. */
extern int service_has_started (struct service const *) ;

/* Whether it dies again and again, and has never been ready: it may still become so. */
extern int service_is_troubled (struct service const *) ;

/* Whether nothing more is to be waited for. */
extern int service_is_settled (struct service const *) ;

#endif
