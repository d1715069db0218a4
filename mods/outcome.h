/* ISC license. */

#ifndef STILLROOT_OUTCOME_H
#define STILLROOT_OUTCOME_H

#include "apply.h"

/* What became of a mod, as operators and exit codes have it. */

/* Says it, in one line. digest: "" for none. why: as apply_mod() leaves it. */
extern void outcome_say (char const *mod, char const *digest, enum apply_result, stralloc *why) ;

/* code, that of all before, or that of the result where it weighs more. */
extern int outcome_code (int code, enum apply_result) ;

#endif
