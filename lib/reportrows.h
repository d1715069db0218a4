/* ISC license. */

#ifndef STILLROOT_REPORTROWS_H
#define STILLROOT_REPORTROWS_H

#include "report.h"

/* A boot report that was written, RUN_REPORT_JSON, read back: what report_json() makes, no other JSON. */

struct reportrow
{
  char const *status ;      /* in the text; no NUL behind it */
  size_t len ;
  unsigned int ms ;
} ;

struct reportrows
{
  int booting ;             /* it was written before the boot was over */
  genalloc rows[REPORT_SECTIONS] ;            /* struct reportrow; of REPORT_EVIDENCE, which has no times, none */
  struct nametable names[REPORT_SECTIONS] ;   /* as the text has them */
} ;

#define REPORTROWS_ZERO \
{ \
  .booting = 0, \
  .rows = { GENALLOC_ZERO, GENALLOC_ZERO, GENALLOC_ZERO }, \
  .names = { NAMETABLE_ZERO, NAMETABLE_ZERO, NAMETABLE_ZERO } \
}

/* Reads the text, which must last, into *rows, which are zero. What is no row of a report is passed over.
   Returns 0, or -1 and sets errno (ENOMEM). The rows are to be freed in any case. */
extern int reportrows_read (struct reportrows *, char const *text, size_t len) ;

/* Stores the row called name of the section in *ret. Of names that are no UTF-8 and differ in nothing else, it is the last one's.
   Returns 1; 0: there is none; or -1 and sets errno (ENOMEM). */
extern int reportrows_find (struct reportrows const *, enum report_section, char const *name, struct reportrow const **ret) ;

extern int reportrow_is (struct reportrow const *, char const *status) ;

extern void reportrows_free (struct reportrows *) ;

#endif
