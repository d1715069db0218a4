/* ISC license. */

#include <stdio.h>
#include <time.h>

#include "unit.h"
#include "../accountsproperty.h"

struct edit { char const *before ; char const *after ; int e ; } ; /* after 0: nothing changes, with errno e, or 0 */

static void check (struct edit const *t, size_t n, int (*edit) (stralloc *))
{
  for (; n ; n--, t++)
  {
    stralloc text = STRALLOC_ZERO ;
    char const *after = t->after ? t->after : t->before ;
    assert_true(stralloc_copys(&text, t->before)) ;
    errno = 0 ;
    assert_int_equal((*edit)(&text), t->e ? -1 : !!t->after) ;
    if (t->e) assert_int_equal(errno, t->e) ;
    assert_int_equal(text.len, strlen(after)) ;
    assert_memory_equal(text.s, after, text.len) ;
    stralloc_free(&text) ;
  }
}

#define CHECK(t, f) check(t, sizeof (t) / sizeof (t)[0], f)

static int to_1000 (stralloc *text)
{
  return accountsfile_set_id(text, "abc", 2, 1000) ;
}

static int to_largest_gid (stralloc *text)
{
  return accountsfile_set_id(text, "abc", 3, 4294967294u) ;
}

static void an_id_changes_and_nothing_else (void **state)
{
  static struct edit const uid[] =
  {
    { "user:x:1000:1000::/:\nabcd:x:1:2::/:\nabc:x:911:911::/config:/bin/false\nxabc:x:911:4::/:\n",
      "user:x:1000:1000::/:\nabcd:x:1:2::/:\nabc:x:1000:911::/config:/bin/false\nxabc:x:911:4::/:\n", 0 },
    { "abc:x:911:911:::", "abc:x:1000:911:::", 0 },
    { "abc:x:911:911:::\r\n", "abc:x:1000:911:::\r\n", 0 },
    { "\n\n+abc:::\n-abc:::\n#abc:x:911\n abc:x:1:1\nABC:x:911:\nabc:x:911:\n\n+\n",
      "\n\n+abc:::\n-abc:::\n#abc:x:911\n abc:x:1:1\nABC:x:911:\nabc:x:1000:\n\n+\n", 0 },
    { "abc:x:911", "abc:x:1000", 0 },
    { "abc::4294967294:", "abc::1000:", 0 },
    { "abc:x:1000:911:::", 0, 0 },
    { "abc:x:01000:911:::", 0, 0 },
    { "", 0, ENOENT },
    { "abcd:x:911:911:::\nab:x:911:911:::\nx:abc:911\n", 0, ENOENT },
    { "abc:x:911:911:::\nabc:x:911:911:::\n", 0, ENOTUNIQ },
    { "abc:x:1000:911:::\nabc:x:911:911:::", 0, ENOTUNIQ },
    { "abc:x:911:911:::\nabc", 0, ENOTUNIQ },
    { "abc:x\n911:911", 0, EINVAL },
    { "abc\n", 0, EINVAL },
    { "abc:x::911:::\n", 0, EINVAL },
    { "abc:x:-1:911:::\n", 0, EINVAL },
    { "abc:x:911 :911:::\n", 0, EINVAL },
    { "abc:x:911\r\n", 0, EINVAL }
  } ;
  static struct edit const gid[] =
  {
    { "abc:x:1:911:a b,c:/:\n", "abc:x:1:4294967294:a b,c:/:\n", 0 },
    { "abc:x:1:911", "abc:x:1:4294967294", 0 },
    { "abc:x:1:4294967294::/:", 0, 0 },
    { "abc:x:911\n:911", 0, EINVAL }
  } ;
  (void)state ;
  CHECK(uid, &to_1000) ;
  CHECK(gid, &to_largest_gid) ;
}

static int add_abc (stralloc *text)
{
  return accountsfile_add_member(text, "video", "abc") ;
}

static void a_member_is_added_to_the_list (void **state)
{
  static struct edit const t[] =
  {
    { "videos:x:43:\nvideo:x:44:\naudio:x:29:", "videos:x:43:\nvideo:x:44:abc\naudio:x:29:", 0 },
    { "video:x:44:bob", "video:x:44:bob,abc", 0 },
    { "video:x:44:abcd,xabc\n", "video:x:44:abcd,xabc,abc\n", 0 },
    { "video:x:44:bob,\n", "video:x:44:bob,,abc\n", 0 },
    /* the system reads a last name with the CR in it */
    { "video:x:44:bob\r\n", "video:x:44:abc,bob\r\n", 0 },
    { "video:x:44:\r\n", "video:x:44:abc,\r\n", 0 },
    { "video:x:44:abc\r\n", "video:x:44:abc,abc\r\n", 0 },
    { "video:x:44:abc", 0, 0 },
    { "video:x:44:abc,bob\n", 0, 0 },
    { "video:x:44:bob,abc,eve\n", 0, 0 },
    { "abc:x:44:\n", 0, ENOENT },
    { "video:x:44:\nvideo:x:45:\n", 0, ENOTUNIQ },
    { "video:x:44\n", 0, EINVAL }
  } ;
  (void)state ;
  CHECK(t, &add_abc) ;
}

static int add_line (stralloc *text)
{
  return accountsfile_add(text, "abc:x:1:") ;
}

static void a_line_is_added_where_entries_end (void **state)
{
  static struct edit const t[] =
  {
    { "", "abc:x:1:\n", 0 },
    { "\n", "\nabc:x:1:\n", 0 },
    { "root:x:0:\n", "root:x:0:\nabc:x:1:\n", 0 },
    { "root:x:0:", "root:x:0:\nabc:x:1:\n", 0 },
    { "root:x:0:\r\n", "root:x:0:\r\nabc:x:1:\n", 0 },
    { "root:x:0:\n+@staff\n-bob\n+\n", "root:x:0:\nabc:x:1:\n+@staff\n-bob\n+\n", 0 },
    { "+", "abc:x:1:\n+", 0 },
    { "+@staff\nroot:x:0:\n+\n", "+@staff\nroot:x:0:\nabc:x:1:\n+\n", 0 },
    { "+@staff\nroot:x:0:", "+@staff\nroot:x:0:\nabc:x:1:\n", 0 }
  } ;
  (void)state ;
  CHECK(t, &add_line) ;
}

static void ids_are_compared (void **state)
{
  static char const s[] = "abc:x:911:0912::/:\nshort:x:1\nbad:x:1:two:\nb:x:1:2\nb:x:1:2\n" ;
  stralloc text = STRALLOC_ZERO ;
  unsigned int ids[2] = { 911, 912 } ;
  (void)state ;
  assert_true(stralloc_copys(&text, s)) ;
  assert_int_equal(accountsfile_has_ids(&text, "abc", ids, 2), 1) ;
  assert_int_equal(accountsfile_has_ids(&text, "ab", ids, 2), 0) ;
  ids[1] = 911 ;
  assert_int_equal(accountsfile_has_ids(&text, "abc", ids, 2), -1) ;
  assert_int_equal(errno, EEXIST) ;
  assert_int_equal(accountsfile_has_ids(&text, "abc", ids, 1), 1) ;
  ids[0] = 1 ;
  assert_int_equal(accountsfile_has_ids(&text, "short", ids, 2), -1) ;
  assert_int_equal(errno, EINVAL) ;
  assert_int_equal(accountsfile_has_ids(&text, "bad", ids, 2), -1) ;
  assert_int_equal(errno, EINVAL) ;
  assert_int_equal(accountsfile_has_ids(&text, "b", ids, 2), -1) ;
  assert_int_equal(errno, ENOTUNIQ) ;
  stralloc_free(&text) ;
}

static unsigned int draw (uint32_t *seed, unsigned int n)
{
  *seed ^= *seed << 13 ;
  *seed ^= *seed >> 17 ;
  *seed ^= *seed << 5 ;
  return *seed % n ;
}

/* Lines as they are, as they should not be, and bytes that mean something to the parser; with and without an end. */
static void random_text (uint32_t *seed, stralloc *text)
{
  static char const *const lines[] =
  {
    "abc:x:911:911::/config:/bin/false", "abc:x:911:", "abc:x:911:bob,me", "abc:x:0911:bob", "abc::4294967294:1:", "abc", "abcd:x:911:911::/:",
    "root:x:0:0:root:/root:/bin/sh", "+abc:::", "-", "+", "# abc:x:911:911", "", "\r", "abc:x:911:bob\r", "::::::", "xabc:x:1:1", "abc:x:nine:9:"
  } ;
  static char const bytes[] = "abc:,0911+-\r\n\n \xff\x80" ;
  unsigned int n = draw(seed, 8) ;
  text->len = 0 ;
  while (n--)
  {
    char const *line = lines[draw(seed, sizeof lines / sizeof lines[0])] ;
    unsigned int odd = draw(seed, 4) ? 0 : draw(seed, 12) ;
    /* mostly one entry called abc: more are refused */
    if (!strncmp(line, "abc", 3) && line[3] != 'd' && text->len && draw(seed, 4)) continue ;
    assert_true(stralloc_cats(text, line)) ;
    while (odd--) assert_true(stralloc_catb(text, bytes + draw(seed, sizeof bytes), 1)) ;
    if (n || draw(seed, 2)) assert_true(stralloc_append(text, '\n')) ;
  }
}

static void any_text_keeps_its_other_bytes (void **state)
{
  stralloc text = STRALLOC_ZERO ;
  unsigned int changed[PROPERTY_KINDS] = { 0 } ;
  unsigned int i = 0 ;
  uint32_t seed = 911 ;
  (void)state ;
  for (; i < 40000 ; i++)
  {
    char const *broken ;
    random_text(&seed, &text) ;
    broken = property_check(text.s, text.len, i % PROPERTY_KINDS, draw(&seed, 2) ? 911 : draw(&seed, 4294967295u), changed + i % PROPERTY_KINDS) ;
    if (broken) fail_msg("edit %u of text %u (%.*s): %s", i % PROPERTY_KINDS, i, (int)text.len, text.s, broken) ;
  }
  /* or nothing was tried */
  for (i = 0 ; i < PROPERTY_KINDS ; i++) assert_true(changed[i] > 500) ;
  stralloc_free(&text) ;
}

/* to skip lines by their first bytes finds what splitting each of them does */
static void lines_of_a_name_are_those_with_such_a_field (void **state)
{
  static char const *const names[] = { "abc", "", "abcd", "+abc", "\r" } ;
  stralloc text = STRALLOC_ZERO ;
  unsigned int i = 0, found = 0 ;
  uint32_t seed = 119 ;
  (void)state ;
  for (; i < 20000 ; i++)
  {
    char const *name = names[i % (sizeof names / sizeof names[0])] ;
    struct accountsfile_field f[ACCOUNTSFILE_FIELDS], named[ACCOUNTSFILE_FIELDS] ;
    size_t pos = 0, next = 0 ;
    int n ;
    random_text(&seed, &text) ;
    while ((n = accountsfile_next(&text, &pos, f)) != -1)
    {
      if (!accountsfile_is(&text, f, name)) continue ;
      assert_int_equal(accountsfile_next_named(&text, &next, name, named), n) ;
      assert_memory_equal(named, f, (size_t)n * sizeof *f) ;
      assert_int_equal(next, pos) ;
      found++ ;
    }
    assert_int_equal(accountsfile_next_named(&text, &next, name, named), -1) ;
  }
  assert_true(found > 5000) ;
  stralloc_free(&text) ;
}

static void a_hundred_thousand_entries_are_quick (void **state)
{
  struct timespec a, b ;
  stralloc text = STRALLOC_ZERO, before = STRALLOC_ZERO ;
  unsigned int i = 0 ;
  (void)state ;
  for (; i < 100000 ; i++)
  {
    char line[80] ;
    if (i == 50000) assert_true(stralloc_cats(&text, "abc:x:911:911::/config:/bin/false\n")) ;
    snprintf(line, sizeof line, "user%u:x:%u:%u:A User:/home/user%u:/bin/sh\n", i, i, i, i) ;
    assert_true(stralloc_cats(&text, line)) ;
  }
  assert_true(stralloc_copy(&before, &text)) ;
  clock_gettime(CLOCK_MONOTONIC, &a) ;
  assert_int_equal(accountsfile_set_id(&text, "abc", 2, 1000), 1) ;
  assert_int_equal(accountsfile_set_id(&text, "abc", 3, 1000), 1) ;
  clock_gettime(CLOCK_MONOTONIC, &b) ;
  assert_int_equal(text.len, before.len + 2) ;
  i = 0 ;
  assert_null(property_check(before.s, before.len, 0, 1000, &i)) ;
  assert_int_equal(i, 1) ;
  /* 20 ms; what is quadratic takes minutes */
  assert_true((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 < 2000) ;
  stralloc_free(&text) ;
  stralloc_free(&before) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(an_id_changes_and_nothing_else),
    cmocka_unit_test(a_member_is_added_to_the_list),
    cmocka_unit_test(a_line_is_added_where_entries_end),
    cmocka_unit_test(ids_are_compared),
    cmocka_unit_test(any_text_keeps_its_other_bytes),
    cmocka_unit_test(lines_of_a_name_are_those_with_such_a_field),
    cmocka_unit_test(a_hundred_thousand_entries_are_quick)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
