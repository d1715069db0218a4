/* ISC license. */

#ifndef STILLROOT_TEST_UNIT_H
#define STILLROOT_TEST_UNIT_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fstree.h"

/* A scratch directory per test: *state is its descriptor. */
static char scratch_path[64] ;

static inline int scratch_setup (void **state)
{
  static int fd ;
  strcpy(scratch_path, "/tmp/stillroot-unit-XXXXXX") ;
  if (!mkdtemp(scratch_path)) return -1 ;
  fd = open(scratch_path, O_RDONLY | O_DIRECTORY) ;
  *state = &fd ;
  return fd == -1 ? -1 : 0 ;
}

static inline int scratch_teardown (void **state)
{
  int parent = open("/tmp", O_RDONLY | O_DIRECTORY) ;
  int r = fstree_remove(parent, scratch_path + sizeof "/tmp/" - 1) ;
  close(*(int *)*state) ;
  close(parent) ;
  return r ;
}

static inline void put (int dirfd, char const *name, char const *s, size_t len, mode_t mode)
{
  int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600) ;
  assert_true(fd >= 0) ;
  assert_int_equal(write(fd, s, len), (ssize_t)len) ;
  assert_int_equal(fchmod(fd, mode), 0) ;
  close(fd) ;
}

static inline void puts_in (int dirfd, char const *name, char const *s)
{
  put(dirfd, name, s, strlen(s), 0644) ;
}

static inline void assert_content (int dirfd, char const *name, char const *s, size_t len)
{
  char *buf = malloc(len + 2) ;
  int fd = openat(dirfd, name, O_RDONLY) ;
  assert_non_null(buf) ;
  assert_true(fd >= 0) ;
  assert_int_equal(read(fd, buf, len + 1), (ssize_t)len) ;
  assert_memory_equal(buf, s, len) ;
  close(fd) ;
  free(buf) ;
}

#define SCRATCH(f) cmocka_unit_test_setup_teardown(f, &scratch_setup, &scratch_teardown)

#endif
