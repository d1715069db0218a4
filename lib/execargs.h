/* ISC license. */

#ifndef STILLROOT_EXECARGS_H
#define STILLROOT_EXECARGS_H

/* exec(3) takes arrays of pointers to strings it does not change, with prototypes older than const: POSIX, exec, rationale. */
static inline char *const *execargs (char const *const *v)
{
  union { char const *const *in ; char *const *out ; } u = { .in = v } ;
  return u.out ;
}

#endif
