/* ISC license. */

#ifndef STILLROOT_CURL_H
#define STILLROOT_CURL_H

#include <stdint.h>

#include <skalibs/tai.h>

/* One request of HTTP by curl(1), which is executed directly: it knows proxies, certificates and redirects. It reads no configuration of anybody's, and of
   the environment has the variables of proxies and certificates alone. What is secret is not among its arguments. */

/* the longest that a registry may take to be connected to, and then to say something, seconds */
#define CURL_CONNECT_TIME "5"

#define CURL_HEADERS "headers"   /* a file in its directory, of each answer's header lines */
#define CURL_MESSAGE_MAX 255

struct curl_request
{
  char const *url ;       /* no control characters */
  char const *accept ;    /* the header; 0: none */
  char const *token ;     /* for the host of the URL, and for none that it redirects to; 0: none */
  int dirfd ;             /* a directory that is written by us alone */
  int bodyfd ;            /* what the answer's body is written to, from where it stands */
  uint64_t max ;          /* bytes that it may have */
} ;

enum curl_outcome
{
  CURL_ANSWERED,     /* status says what */
  CURL_SILENT,       /* nobody was there: no such host, refused, or no answer in time */
  CURL_BROKEN,       /* the answer is not whole, or none of HTTP: another try may help */
  CURL_NO_TLS,       /* what is there does not speak TLS */
  CURL_MISLED,       /* it redirects to where nobody follows: away from TLS, or again and again */
  CURL_DISTRUSTED,   /* whose certificate cannot be verified */
  CURL_TOO_LARGE,
  CURL_FULL,         /* the body cannot be written */
  CURL_LATE,         /* the deadline has come */
  CURL_MISSING       /* curl cannot be executed */
} ;

struct curl_answer
{
  enum curl_outcome outcome ;
  unsigned int status ;                   /* of the last answer */
  char message[CURL_MESSAGE_MAX + 1] ;    /* what curl says is wrong, one line; "": nothing */
} ;

/* Returns 0, or -1 and sets errno when a system call has failed. The clock must have been started (clock.h). */
extern int curl_get (struct curl_request const *, tain const *deadline, struct curl_answer *ret) ;

#endif
