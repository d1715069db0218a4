/* ISC license. */

#ifndef STILLROOT_TEST_LAYERSTAGED_H
#define STILLROOT_TEST_LAYERSTAGED_H

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>

#include "layer.h"
#include "unit.h"

/* What a layer has, and what of it is in the directory stage of the scratch directory. */

#define TOO_MUCH "the layer unpacks to more than a mod may have"

/* A staging directory, new. */
static inline int stage (int dir)
{
  int fd ;
  assert_int_equal(fstree_remove(dir, "stage"), 0) ;
  assert_int_equal(mkdirat(dir, "stage", 0700), 0) ;
  fd = openat(dir, "stage", O_RDONLY | O_DIRECTORY) ;
  assert_true(fd >= 0) ;
  return fd ;
}

static inline struct layer_entry const *find (struct layer const *l, char const *path)
{
  size_t i = 0 ;
  for (; i < l->n ; i++) if (!strcmp(l->names.s + l->entries[i].path, path)) return l->entries + i ;
  return 0 ;
}

static inline void assert_entry (struct layer const *l, char const *path, enum layer_type type, mode_t mode)
{
  struct layer_entry const *e = find(l, path) ;
  if (!e) fail_msg("no %s", path) ;
  else
  {
    assert_int_equal(e->type, type) ;
    assert_int_equal(e->mode, mode) ;
  }
}

/* What path is in the staging directory. */
static inline struct stat staged (int dir, struct layer const *l, char const *path, char name[32])
{
  struct stat st ;
  struct layer_entry const *e = find(l, path) ;
  assert_non_null(e) ;
  snprintf(name, 32, "stage/%" PRIu32, e->number) ;
  assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_uid, 0) ;
  assert_int_equal(st.st_gid, 0) ;
  return st ;
}

static inline void assert_staged (int dir, struct layer const *l, char const *path, mode_t mode, char const *content)
{
  char name[32] ;
  struct stat st = staged(dir, l, path, name) ;
  assert_int_equal(st.st_mode, S_IFREG | mode) ;
  assert_content(dir, name, content, strlen(content)) ;
}

static inline void assert_link (int dir, struct layer const *l, char const *path, char const *target)
{
  char name[32], buf[256] ;
  ssize_t n ;
  assert_true(S_ISLNK(staged(dir, l, path, name).st_mode)) ;
  n = readlinkat(dir, name, buf, sizeof buf) ;
  assert_int_equal(n, (ssize_t)strlen(target)) ;
  assert_memory_equal(buf, target, (size_t)n) ;
}

static inline size_t count_staged (int dir)
{
  int fd = openat(dir, "stage", O_RDONLY | O_DIRECTORY) ;
  DIR *d = fdopendir(fd) ;
  size_t n = 0 ;
  assert_non_null(d) ;
  while (readdir(d)) n++ ;
  closedir(d) ;
  return n - 2 ;
}

#endif
