/* ISC license. */

#ifndef STILLROOT_REPORT_H
#define STILLROOT_REPORT_H

#include <stddef.h>

#include <skalibs/genalloc.h>
#include <skalibs/stralloc.h>

#include "nametable.h"

/* The boot report: collected during the boot, written to RUN_REPORT_JSON for programs and RUN_REPORT_TEXT for people. */

enum report_section { REPORT_EVIDENCE, REPORT_STAGES, REPORT_SERVICES, REPORT_SECTIONS } ;

struct report
{
  genalloc rows[REPORT_SECTIONS] ;
  struct nametable names[REPORT_SECTIONS] ;   /* of the rows, and their numbers */
  stralloc strings ;        /* every other string of the rows */
  char const *result ;      /* booting, done, failed, stopped */
  char const *mode ;
} ;

#define REPORT_ZERO \
{ \
  .rows = { GENALLOC_ZERO, GENALLOC_ZERO, GENALLOC_ZERO }, \
  .names = { NAMETABLE_ZERO, NAMETABLE_ZERO, NAMETABLE_ZERO }, \
  .strings = STRALLOC_ZERO, .result = "booting", .mode = "" \
}

/* Sets the row name of a section, adding it where it is new. Strings are copied. ms: milliseconds since the boot's start.
   In REPORT_EVIDENCE name is what was examined and status what was found. Returns 0, or -1 and sets errno (ENOMEM). */
extern int report_set (struct report *, enum report_section, char const *name, char const *status, char const *reason, unsigned int ms) ;

/* Appends the report to sa in either form. Return 0, or -1 and set errno (ENOMEM). */
extern int report_json (struct report const *, stralloc *) ;
extern int report_text (struct report const *, stralloc *) ;

/* Writes both files, at once each. Returns 0, or -1 and sets errno. */
extern int report_write (struct report const *, int runfd) ;

extern void report_free (struct report *) ;

#endif
