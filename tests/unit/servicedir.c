/* ISC license. */

#include "unit.h"
#include "servicedir.h"

static int definition (int dir, char const *run, mode_t mode, char const *notification)
{
  int fd ;
  fstree_remove(dir, "def") ;
  assert_int_equal(mkdirat(dir, "def", 0755), 0) ;
  fd = openat(dir, "def", O_RDONLY | O_DIRECTORY) ;
  if (run) put(fd, "run", run, strlen(run), mode) ;
  if (notification) puts_in(fd, "notification-fd", notification) ;
  return fd ;
}

/* At its load, and then at its turn. */
static enum servicedir_error check (int dir, int fd, int *ret_notifies)
{
  enum servicedir_error e = servicedir_check("name", fd, ret_notifies) ;
  return e ? e : servicedir_check_run(dir, fd, "run", 0) ;
}

static void definitions_are_checked (void **state)
{
  static struct { char const *run ; mode_t mode ; char const *notification ; enum servicedir_error e ; int notifies ; } const t[] =
  {
    { "#!/sh\n", 0755, 0, SERVICEDIR_OK, 0 },
    { "#!/sh\n", 0755, "3\n", SERVICEDIR_OK, 1 },
    { "#!/sh\n", 0755, "10", SERVICEDIR_OK, 1 },
    { "#! /sh -e\n", 0755, 0, SERVICEDIR_OK, 0 },
    { "\177ELF", 0755, 0, SERVICEDIR_OK, 0 },
    { 0, 0, 0, SERVICEDIR_NO_RUN, 0 },
    { "#!/sh\n", 0644, 0, SERVICEDIR_RUN_NOT_EXECUTABLE, 0 },
    { "#!/sh\r\n", 0755, 0, SERVICEDIR_RUN_CRLF, 0 },
    { "#!/none\n", 0755, 0, SERVICEDIR_RUN_INTERPRETER, 0 },
    { "#!/sh\n", 0755, "two", SERVICEDIR_NOTIFICATION_FD, 0 },
    { "#!/sh\n", 0755, "2\n", SERVICEDIR_NOTIFICATION_FD, 0 },
    { "#!/sh\n", 0755, "", SERVICEDIR_NOTIFICATION_FD, 0 },
    { "#!/sh\n", 0755, "3\r\n", SERVICEDIR_NOTIFICATION_FD, 0 },
    { "#!/sh\n", 0755, "99999999999", SERVICEDIR_NOTIFICATION_FD, 0 }
  } ;
  int dir = *(int *)*state ;
  size_t i = 0 ;
  put(dir, "sh", "", 0, 0755) ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    int notifies = 0 ;
    int fd = definition(dir, t[i].run, t[i].mode, t[i].notification) ;
    assert_int_equal(check(dir, fd, &notifies), t[i].e) ;
    assert_int_equal(notifies, t[i].notifies) ;
    assert_true(strlen(servicedir_error_text(t[i].e)) > 0) ;
    close(fd) ;
  }
}

static void live_directory_is_links (void **state)
{
  int dir = *(int *)*state ;
  int fd = definition(dir, "#!/sh\n", 0755, "3"), down ;
  char target[64] = "" ;
  struct stat st ;
  mkdirat(fd, "supervise", 0755) ;
  mkdirat(fd, "log", 0755) ;
  mkdirat(fd, "data", 0755) ;
  put(fd, "log/run", "", 0, 0755) ;
  puts_in(fd, ".hidden", "") ;
  assert_int_equal(servicedir_make(dir, "live", fd, "/def", 1, &down), 0) ;
  assert_false(down) ;
  assert_true(readlinkat(dir, "live/run", target, sizeof target) > 0) ;
  assert_string_equal(target, "/def/run") ;
  memset(target, 0, sizeof target) ;
  assert_true(readlinkat(dir, "live/log/run", target, sizeof target) > 0) ;
  assert_string_equal(target, "/def/log/run") ;
  assert_int_equal(fstatat(dir, "live/data", &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_true(S_ISLNK(st.st_mode)) ;
  assert_int_equal(fstatat(dir, "live/event", &st, AT_SYMLINK_NOFOLLOW), 0) ;
  assert_int_equal(st.st_mode, S_IFDIR | 03730) ;
  assert_int_equal(faccessat(dir, "live/down", F_OK, 0), 0) ;
  assert_int_equal(faccessat(dir, "live/log/down", F_OK, 0), -1) ;
  assert_int_equal(faccessat(dir, "live/supervise", F_OK, 0), -1) ;
  assert_int_equal(faccessat(dir, "live/.hidden", F_OK, 0), -1) ;
  close(fd) ;
}

static void names_are_checked (void **state)
{
  int dir = *(int *)*state ;
  int notifies ;
  int fd = definition(dir, "", 0755, 0) ;
  assert_int_equal(servicedir_check("two words\tand more", fd, &notifies), SERVICEDIR_OK) ;
  assert_int_equal(servicedir_check("new\nline", fd, &notifies), SERVICEDIR_NAME) ;
  assert_int_equal(servicedir_check("svc-nginx_1.2", fd, &notifies), SERVICEDIR_OK) ;
  close(fd) ;
}

static void a_down_file_is_made_and_removed_once (void **state)
{
  int dir = *(int *)*state, i = 0 ;
  for (; i < 2 ; i++) assert_int_equal(servicedir_keep_down(dir), 0) ;
  assert_int_equal(faccessat(dir, "down", F_OK, 0), 0) ;
  for (i = 0 ; i < 2 ; i++) assert_int_equal(servicedir_let_up(dir), 0) ;
  assert_int_equal(faccessat(dir, "down", F_OK, 0), -1) ;
  /* a link is one too, and not followed */
  assert_int_equal(symlinkat("nowhere", dir, "down"), 0) ;
  assert_int_equal(servicedir_keep_down(dir), 0) ;
  assert_int_equal(faccessat(dir, "nowhere", F_OK, 0), -1) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    SCRATCH(definitions_are_checked),
    SCRATCH(live_directory_is_links),
    SCRATCH(names_are_checked),
    SCRATCH(a_down_file_is_made_and_removed_once)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
