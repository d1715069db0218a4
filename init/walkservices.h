/* ISC license. */

#ifndef STILLROOT_WALKSERVICES_H
#define STILLROOT_WALKSERVICES_H

#include "walk.h"

/* The longruns and oneshots of the walk: what becomes of a node, step by step. */

extern void walk_start_longrun (struct walk *, size_t node) ;

/* After each step of the longrun: what it means for the rest. */
extern void walk_judge (struct walk *, size_t node, enum service_verdict) ;

extern void walk_start_oneshot (struct walk *, size_t node) ;
extern void walk_oneshot_ended (struct walk *, size_t node, int wstat) ;

/* Its deadline has passed: its script is killed. */
extern void walk_oneshot_late (struct walk *, size_t node) ;

/* Tells its script, which runs, to end, and has it killed ms milliseconds later; it then fails, for the reason why. */
extern void walk_end_oneshot (struct walk *, size_t node, unsigned int ms, char const *why) ;

#endif
