/* ISC license. */

#ifndef STILLROOT_STORE_H
#define STILLROOT_STORE_H

#include <sys/types.h>

#include <skalibs/tai.h>

#include "digest.h"

/* Where manifests and layers are kept: a file each, called by its digest; and a file for each tag that was asked for, with the digest that it had. It may
   be a cache that several containers have in common, whose files outlive them, or a directory of this boot alone. All are written under another name, and
   get theirs when they are whole and what the digest says. */

/* Opens what has the digest. Returns a descriptor; -1 and sets errno: ENOENT, it is not there (one that is damaged is removed). */
extern int store_open (int storefd, char const *digest) ;

/* Locks the digest for this process (flock(2)): one process writes it, the others wait until it has. A lock ends with its holder.
   Returns a descriptor, to close; or -1 and sets errno: EINTR, the deadline has come. */
extern int store_lock (int storefd, char const *digest, tain const *deadline) ;

/* Begins to write what is to have the digest; who does that has the lock. Returns a descriptor to write to, empty, or -1 and sets errno. */
extern int store_begin (int storefd, char const *digest) ;

/* The size of what has been written so far, by whichever process; 0: nothing. */
extern off_t store_progress (int storefd, char const *digest) ;

/* Ends it: what is in fd gets its name if it is what the digest says, and is removed if it is not. Returns 1, or 0 (it is not), or -1 and sets errno. */
extern int store_end (int storefd, char const *digest, int fd) ;

/* Removes what store_begin() has begun. */
extern void store_forget (int storefd, char const *digest) ;

/* The digest that the image's tag had when it was last asked for; name: REGISTRY/REPOSITORY:TAG. Returns 1, digest in ret, DIGEST_MAX + 1 bytes; 0: none. */
extern int store_tag (int storefd, char const *name, char *ret) ;

/* Keeps it. Returns 0, or -1 and sets errno. */
extern int store_set_tag (int storefd, char const *name, char const *digest) ;

#endif
