/* ISC license. */

#ifndef STILLROOT_VERBOSITY_H
#define STILLROOT_VERBOSITY_H

#include <skalibs/strerr.h>

/* What is said on standard error, as S6_VERBOSITY has it: 0 only what is fatal, 1 warnings too, 2 what an operator wants to know,
   3 each step of the boot. */
extern unsigned int verbosity ;

/* Sets it from the value of S6_VERBOSITY; 0, or no number: it stays what it is. */
extern void verbosity_set (char const *) ;

#define say_warning(...) do { if (verbosity >= 1) strerr_warnw(__VA_ARGS__) ; } while (0)
#define say_warningsys(...) do { if (verbosity >= 1) strerr_warnwusys(__VA_ARGS__) ; } while (0)
#define say_info(...) do { if (verbosity >= 2) strerr_warni(__VA_ARGS__) ; } while (0)
#define say_trace(...) do { if (verbosity >= 3) strerr_warni(__VA_ARGS__) ; } while (0)

/* A line on standard output, of strings: what images' users know from the stages that these take the place of. */
#define say_out(...) say_out_strings((char const *const []){ __VA_ARGS__, 0 })
extern void say_out_strings (char const *const *) ;

#endif
