/* ISC license. */

#ifndef STILLROOT_AUTHCHALLENGE_H
#define STILLROOT_AUTHCHALLENGE_H

#include <skalibs/stralloc.h>

/* What a registry answers to who has no token: the header WWW-Authenticate (RFC 9110, 11.6.1; distribution's "Token Authentication"). */

#define AUTHCHALLENGE_REALM_MAX 1023
#define AUTHCHALLENGE_PARAMETER_MAX 511

struct authchallenge
{
  char realm[AUTHCHALLENGE_REALM_MAX + 1] ;          /* a URL of http or https, without blanks and control characters */
  char service[AUTHCHALLENGE_PARAMETER_MAX + 1] ;    /* "": none */
  char scope[AUTHCHALLENGE_PARAMETER_MAX + 1] ;      /* "": none */
} ;

/* Finds the challenge Bearer in the header's value s, among others perhaps, in any order and case, quoted with escapes or not.
   Returns 1; 0: there is none, *ret untouched; -1: there is one that cannot be used, *ret untouched. */
extern int authchallenge_parse (char const *s, struct authchallenge *ret) ;

/* Appends the URL to ask for a token, its parameters percent-encoded (RFC 3986), no NUL; scope stands in where the challenge has none.
   Returns 1, or 0 and sets errno. */
extern int authchallenge_url (struct authchallenge const *, char const *scope, stralloc *url) ;

/* Appends the token of a token server's answer, the JSON text s of len bytes ("token" or "access_token"; no blanks, no control characters),
   no NUL. Returns 1; 0: there is none; -1 and sets errno. */
extern int authchallenge_token (char const *s, size_t len, stralloc *token) ;

#endif
