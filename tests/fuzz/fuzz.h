/* ISC license. */

#ifndef STILLROOT_TEST_FUZZ_H
#define STILLROOT_TEST_FUZZ_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (uint8_t const *, size_t) ;

/* A directory in memory, one per process. */
static inline int fuzz_dir (void)
{
  static int fd = -1 ;
  static char path[] = "/dev/shm/stillroot-fuzz-XXXXXX" ;
  if (fd >= 0) return fd ;
  if (!mkdtemp(path)) abort() ;
  fd = open(path, O_RDONLY | O_DIRECTORY) ;
  if (fd == -1) abort() ;
  return fd ;
}

static inline void fuzz_put (int dirfd, char const *name, uint8_t const *s, size_t len, mode_t mode)
{
  int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, mode) ;
  if (fd == -1 || write(fd, s, len) != (ssize_t)len) abort() ;
  close(fd) ;
}

#endif
