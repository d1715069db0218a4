/* ISC license. */

#ifndef STILLROOT_DIGEST_H
#define STILLROOT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* Digests as the OCI image specification ("Digests") writes them: sha256:HEX or sha512:HEX, in lower case. */

/* of the longest text, without its NUL */
#define DIGEST_MAX (sizeof "sha512:" - 1 + 128)

/* Whether s is one. */
extern int digest_is_valid (char const *s) ;

/* Reads fd from its beginning to its end (pread(2): its offset stays). Returns 1: it is what the digest says, 0: it is not, or digest is none;
   -1 and sets errno. *ret_size: how many bytes it has (not with -1). */
extern int digest_check (int fd, char const *digest, uint64_t *ret_size) ;

/* Appends nothing; stores in ret, DIGEST_MAX + 1 bytes, the sha256 digest of what fd has. Returns 0, or -1 and sets errno. */
extern int digest_of (int fd, char *ret) ;

#endif
