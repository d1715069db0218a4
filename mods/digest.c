/* ISC license. */

#include <errno.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <skalibs/fmtscan.h>
#include <skalibs/sha256.h>
#include <skalibs/sha512.h>

#include "digest.h"

#define READ_SIZE 65536
#define RAW_MAX 64

union hash
{
  SHA256Schedule sha256 ;
  SHA512Schedule sha512 ;
} ;

static void sha256_begin (union hash *h) { sha256_init(&h->sha256) ; }
static void sha256_add (union hash *h, char const *s, size_t len) { sha256_update(&h->sha256, s, len) ; }
static void sha256_end (union hash *h, char *raw) { sha256_final(&h->sha256, raw) ; }

static void sha512_begin (union hash *h) { sha512_init(&h->sha512) ; }
static void sha512_add (union hash *h, char const *s, size_t len) { sha512_update(&h->sha512, s, len) ; }
static void sha512_end (union hash *h, char *raw) { sha512_final(&h->sha512, raw) ; }

struct algorithm
{
  char const *prefix ;
  size_t raw ;   /* bytes of its value */
  void (*begin) (union hash *) ;
  void (*add) (union hash *, char const *, size_t) ;
  void (*end) (union hash *, char *) ;
} ;

static struct algorithm const algorithms[] =
{
  { "sha256:", 32, &sha256_begin, &sha256_add, &sha256_end },
  { "sha512:", RAW_MAX, &sha512_begin, &sha512_add, &sha512_end }
} ;

/* Returns that of the digest, or 0. */
static struct algorithm const *algorithm_of (char const *digest)
{
  size_t i = 0 ;
  for (; i < sizeof algorithms / sizeof algorithms[0] ; i++)
    if (!strncmp(digest, algorithms[i].prefix, strlen(algorithms[i].prefix))) return algorithms + i ;
  return 0 ;
}

int digest_is_valid (char const *s)
{
  struct algorithm const *a = algorithm_of(s) ;
  size_t n ;
  if (!a) return 0 ;
  s += strlen(a->prefix) ;
  n = strspn(s, "0123456789abcdef") ;
  return n == 2 * a->raw && !s[n] ;
}

/* Stores the digest in ret, DIGEST_MAX + 1 bytes, and how many bytes it is of. Returns 0, or -1 and sets errno, both untouched. */
static int digest_file (int fd, struct algorithm const *a, char *ret, uint64_t *ret_size)
{
  union hash hash ;
  char raw[RAW_MAX], buf[READ_SIZE] ;
  size_t prefix = strlen(a->prefix) ;
  off_t size = 0 ;
  ssize_t r ;
  a->begin(&hash) ;
  for (;;)
  {
    r = pread(fd, buf, sizeof buf, size) ;
    if (!r) break ;
    if (r == -1 && errno == EINTR) continue ;
    if (r == -1) return -1 ;
    a->add(&hash, buf, (size_t)r) ;
    size += r ;
  }
  a->end(&hash, raw) ;
  memcpy(ret, a->prefix, prefix) ;
  ret[prefix + ucharn_fmt(ret + prefix, raw, a->raw)] = 0 ;
  *ret_size = (uint64_t)size ;
  return 0 ;
}

int digest_check (int fd, char const *digest, uint64_t *ret_size)
{
  struct algorithm const *a = algorithm_of(digest) ;
  char actual[DIGEST_MAX + 1] ;
  /* what is no digest is no file's: it is read for its size all the same */
  if (digest_file(fd, a ? a : algorithms, actual, ret_size) == -1) return -1 ;
  return !strcmp(actual, digest) ;
}

int digest_of (int fd, char *ret)
{
  uint64_t size ;
  return digest_file(fd, algorithms, ret, &size) ;
}
