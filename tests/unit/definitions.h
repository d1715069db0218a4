/* ISC license. */

#ifndef STILLROOT_TEST_DEFINITIONS_H
#define STILLROOT_TEST_DEFINITIONS_H

#include "unit.h"
#include "definitionset.h"

/* Writes a file, and makes the directories above it; without content, these only. */
static inline void file (int dir, char const *path, char const *s)
{
  char buf[512] ;
  char *p = buf ;
  assert_true(strlen(path) < sizeof buf) ;
  strcpy(buf, path) ;
  while ((p = strchr(p, '/')))
  {
    *p = 0 ;
    assert_true(mkdirat(dir, buf, 0755) == 0 || errno == EEXIST) ;
    *p++ = '/' ;
  }
  if (s) puts_in(dir, path, s) ;
}

struct loaded
{
  struct definitionset set ;
  struct complaints complaints ;        /* with a NUL at the end */
} ;

/* Loads the sources s and t of dir. */
static inline struct loaded load (int dir, struct definition_builtin const *builtins, size_t n)
{
  struct loaded l = { .set = DEFINITIONSET_ZERO, .complaints = COMPLAINTS_ZERO } ;
  struct definition_source sources[2] = { { .name = "s" }, { .name = "t" } } ;
  size_t i = 0 ;
  for (; i < 2 ; i++)
  {
    assert_true(mkdirat(dir, sources[i].name, 0755) == 0 || errno == EEXIST) ;
    sources[i].fd = openat(dir, sources[i].name, O_RDONLY | O_DIRECTORY) ;
    assert_true(sources[i].fd >= 0) ;
  }
  assert_int_equal(definitionset_load(&l.set, sources, 2, builtins, n, &l.complaints), 0) ;
  for (i = 0 ; i < 2 ; i++) close(sources[i].fd) ;
  assert_true(stralloc_0(&l.complaints.lines)) ;
  return l ;
}

static inline void unload (struct loaded *l)
{
  definitionset_free(&l->set) ;
  complaints_free(&l->complaints) ;
}

#endif
