/* ISC license. */

#include "unit.h"
#include "filelist.h"
#include "scriptdir.h"
#include "scriptfile.h"

static void inspect (int dir, char const *content, size_t len, mode_t mode, struct scriptfile *f)
{
  put(dir, "script", content, len, mode) ;
  assert_int_equal(scriptfile_inspect(dir, "script", f), 0) ;
}

/* What argv is for a script of this content and mode; argv[0] to argv[2], 0 where there is none. */
static void first_lines_are_read_as_the_kernel_does (void **state)
{
  static struct { char const *content ; mode_t mode ; char const *argv[3] ; int crlf ; } const t[] =
  {
    { "#!/bin/sh\n", 0755, { "/s", 0, 0 }, 0 },
    { "#!/bin/sh\n", 0644, { "/bin/sh", "/s", 0 }, 0 },
    { "#! \t/bin/sh \t\n:", 0644, { "/bin/sh", "/s", 0 }, 0 },
    { "#!/usr/bin/env -S a b \n", 0644, { "/usr/bin/env", "-S a b", "/s" }, 0 },
    { "#!/bin/sh -e\r\n", 0755, { "/bin/sh", "-e", "/s" }, 1 },
    { "#!/bin/sh\r\n", 0755, { "/bin/sh", "/s", 0 }, 1 },
    { "#!/bin/sh", 0644, { "/bin/sh", "/s", 0 }, 0 },
    { "#!\n:", 0755, { "/shell", "/s", 0 }, 0 },
    { "echo\r\n", 0755, { "/shell", "/s", 0 }, 1 },
    { "", 0755, { "/shell", "/s", 0 }, 0 },
    { "#", 0755, { "/shell", "/s", 0 }, 0 },
    { "\177ELF", 0755, { "/s", 0, 0 }, 0 }
  } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct scriptfile f ;
    char const *argv[4] = { 0, 0, 0, 0 } ;
    size_t j = 0 ;
    inspect(dir, t[i].content, strlen(t[i].content), t[i].mode, &f) ;
    assert_int_equal(scriptfile_argv(&f, "/s", "/shell", argv), 0) ;
    for (; j < 3 ; j++)
    {
      if (!t[i].argv[j]) assert_null(argv[j]) ;
      else { assert_non_null(argv[j]) ; assert_string_equal(argv[j], t[i].argv[j]) ; }
      if (!argv[j]) break ;
    }
    assert_int_equal(f.crlf, t[i].crlf) ;
  }
}

static void a_long_first_line_is_cut (void **state)
{
  int dir = *(int *)*state ;
  char line[1000] ;
  struct scriptfile f ;
  memset(line, 'x', sizeof line) ;
  memcpy(line, "#!/", 3) ;
  inspect(dir, line, sizeof line, 0755, &f) ;
  assert_int_equal(strlen(f.interpreter), SCRIPTFILE_SHEBANG_MAX - 2) ;
}

static void a_program_needs_its_executable_bit (void **state)
{
  int dir = *(int *)*state ;
  struct scriptfile f ;
  char const *argv[4] ;
  inspect(dir, "\177ELF\1\1", 6, 0644, &f) ;
  errno = 0 ;
  assert_int_equal(scriptfile_argv(&f, "/s", "/shell", argv), -1) ;
  assert_int_equal(errno, EACCES) ;
}

static void what_others_can_write_is_not_trusted (void **state)
{
  static struct { mode_t mode ; uid_t uid ; gid_t gid ; int trusted ; } const t[] =
    { { 0755, 0, 0, 1 }, { 0775, 0, 0, 1 }, { 0775, 0, 5, 0 }, { 0757, 0, 0, 0 }, { 0755, 911, 0, 0 }, { 0755, 0, 911, 1 } } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  if (geteuid()) skip() ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct scriptfile f ;
    put(dir, "script", ":", 1, 0644) ;
    assert_int_equal(fchownat(dir, "script", t[i].uid, t[i].gid, 0), 0) ;
    assert_int_equal(fchmodat(dir, "script", t[i].mode, 0), 0) ;
    assert_int_equal(scriptfile_inspect(dir, "script", &f), 0) ;
    assert_int_equal(f.trusted, t[i].trusted) ;
    assert_int_equal(unlinkat(dir, "script", 0), 0) ;
  }
}

static void only_files_are_scripts (void **state)
{
  int dir = *(int *)*state ;
  struct scriptfile f ;
  assert_int_equal(mkdirat(dir, "d", 0755), 0) ;
  assert_int_equal(mkfifoat(dir, "fifo", 0755), 0) ;
  assert_int_equal(scriptfile_inspect(dir, "d", &f), -1) ;
  assert_int_equal(errno, EISDIR) ;
  assert_int_equal(scriptfile_inspect(dir, "fifo", &f), -1) ;
  assert_int_equal(errno, ENOTSUP) ;
  assert_int_equal(scriptfile_inspect(dir, "none", &f), -1) ;
  assert_int_equal(errno, ENOENT) ;
}

static void bash_is_preferred (void **state)
{
  int dir = *(int *)*state ;
  assert_string_equal(scriptfile_shell(dir), "/bin/sh") ;
  assert_int_equal(mkdirat(dir, "bin", 0755), 0) ;
  put(dir, "bin/bash", "", 0, 0755) ;
  assert_string_equal(scriptfile_shell(dir), "/bin/bash") ;
}

static void assert_order (int dir, int (*order) (struct dirent const **, struct dirent const **), char const *const *names)
{
  struct filelist l ;
  char const *name ;
  assert_int_equal(filelist_open(dir, "d", order, &l), 0) ;
  while ((name = filelist_next(&l)))
  {
    assert_non_null(*names) ;
    assert_string_equal(name, *names++) ;
  }
  assert_null(*names) ;
  assert_null(filelist_next(&l)) ;
  filelist_free(&l) ;
}

static void lists_are_in_order (void **state)
{
  static char const *const by_name[] = { "10-a", "10-b", "10-c", "10-d", "9-b", "A", "a", 0 } ;
  static char const *const by_number[] = { "A", "a", "9-b", "10-a", "10-b", "10-c", "10-d", 0 } ;
  static char const *const none[] = { 0 } ;
  int dir = *(int *)*state ;
  int d ;
  size_t i = 0 ;
  assert_order(dir, &filelist_by_name, none) ;
  assert_int_equal(mkdirat(dir, "d", 0755), 0) ;
  d = openat(dir, "d", O_RDONLY) ;
  for (; by_name[i] ; i++) puts_in(d, by_name[i], "") ;
  puts_in(d, ".hidden", "") ;
  close(d) ;
  assert_order(dir, &filelist_by_name, by_name) ;
  assert_order(dir, &filelist_by_number, by_number) ;
}

static void scripts_have_their_path (void **state)
{
  int dir = *(int *)*state ;
  struct scriptdir *s ;
  assert_int_equal(mkdirat(dir, "d", 0755), 0) ;
  puts_in(dir, "d/one", "#!/bin/sh\n") ;
  puts_in(dir, "d/two", "") ;
  s = scriptdir_open(dir, "d", &filelist_by_name) ;
  assert_non_null(s) ;
  assert_string_equal(scriptdir_next(s), "one") ;
  assert_string_equal(s->path, "/d/one") ;
  assert_int_equal(scriptdir_inspect(s), 0) ;
  assert_string_equal(s->file.interpreter, "/bin/sh") ;
  assert_string_equal(scriptdir_next(s), "two") ;
  assert_string_equal(s->path, "/d/two") ;
  assert_null(scriptdir_next(s)) ;
  scriptdir_free(s) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(first_lines_are_read_as_the_kernel_does),
    SCRATCH(a_long_first_line_is_cut),
    SCRATCH(a_program_needs_its_executable_bit),
    SCRATCH(what_others_can_write_is_not_trusted),
    SCRATCH(only_files_are_scripts),
    SCRATCH(bash_is_preferred),
    SCRATCH(lists_are_in_order),
    SCRATCH(scripts_have_their_path)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
