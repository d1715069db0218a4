/* ISC license. */

#ifndef STILLROOT_LAYERSTREAM_H
#define STILLROOT_LAYERSTREAM_H

#include <stdint.h>
#include <archive.h>

/* A tar that is compressed or not, and bounded while it unpacks: what a few bytes unpack to may cost all time, and headers of the formats, as maps of
   sparse files, all memory. So what unpacks and what parses are two, and the second gets no more from the first than it is allowed.
   Internal to the layers' reader. */

/* What the parser may take to find the next entry, or in addition to the bytes of a file: headers, padding, what it reads ahead. */
#define LAYERSTREAM_SLACK 4194304u

struct layerstream
{
  struct archive *packed ;   /* unpacks what is in the file */
  struct archive *tar ;      /* parses that */
  uint64_t allowed ;         /* bytes, before the next layerstream_allow() */
  uint64_t left ;            /* bytes altogether */
  int refused ;              /* there was more than that */
} ;

/* Opens what fd has from its offset on; max: bytes altogether. Returns 0; or -1, as layerstream_errno() says. layerstream_close() is then still to be
   called. */
extern int layerstream_open (struct layerstream *, int fd, uint64_t max) ;

/* Before each call that reads from s->tar: it may take n bytes and the slack. */
extern void layerstream_allow (struct layerstream *, uint64_t n) ;

/* What has failed: the errno, EINVAL for what is damaged or refused; what it is, for the end of a sentence, in *ret_why until the stream is closed. */
extern int layerstream_errno (struct layerstream *, char const **ret_why) ;

extern void layerstream_close (struct layerstream *) ;

#endif
