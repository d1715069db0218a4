/* ISC license. */

#include "unit.h"
#include "wordlist.h"

static void texts_are_told_apart (void **state)
{
  static struct { char const *text ; int kind ; size_t n ; char const *words ; size_t len ; } const t[] =
  {
    { "", WORDLIST_EMPTY, 0, "", 0 },
    { "# nothing", WORDLIST_EMPTY, 0, "", 0 },
    { " \n#!/bin/sh\n\t\r\n", WORDLIST_EMPTY, 0, "", 0 },
    { "/etc/s6-overlay/s6-rc.d/init-x/run", WORDLIST_WORDS, 1, "/etc/s6-overlay/s6-rc.d/init-x/run\0", 35 },
    { "/bin/x\r\n", WORDLIST_WORDS, 1, "/bin/x\0", 7 },
    { "with-contenv # why\n  bash /x -- $A\n", WORDLIST_WORDS, 5, "with-contenv\0bash\0/x\0--\0$A\0", 27 },
    { "echo \"a  # b\" c\"d\"e", WORDLIST_WORDS, 3, "echo\0a  # b\0cde\0", 16 },
    { "a{b }c \"{\" \\}", WORDLIST_WORDS, 4, "a{b\0}c\0{\0}\0", 11 },
    { "a#b", WORDLIST_WORDS, 1, "a#b\0", 4 },
    { "a \\n \"b\\tc\" \"\\0x41\"", WORDLIST_WORDS, 4, "a\0n\0b\tc\0A\0", 10 },
    { "a\vb\\ c", WORDLIST_WORDS, 2, "a\0b c\0", 6 },
    { "\xc3\xa9 \xff", WORDLIST_WORDS, 2, "\xc3\xa9\0\xff\0", 5 },
    { "if { true } x", WORDLIST_EXECLINE, 0, "", 0 },
    { "{ }", WORDLIST_EXECLINE, 0, "", 0 },
    { "\"\" a", WORDLIST_EXECLINE, 0, "", 0 },
    { "a \"\"", WORDLIST_EXECLINE, 0, "", 0 },
    { "a \" b\"", WORDLIST_EXECLINE, 0, "", 0 },
    { "a \\ b", WORDLIST_EXECLINE, 0, "", 0 },
    { "a \"b", WORDLIST_INVALID, 0, "", 0 },
    { "a \"\\0x00\"", WORDLIST_INVALID, 0, "", 0 },
    { "a \"\\256\"", WORDLIST_INVALID, 0, "", 0 },
    { "a {", WORDLIST_INVALID, 0, "", 0 },
    { "a { b", WORDLIST_INVALID, 0, "", 0 },
    { "a { b } }", WORDLIST_INVALID, 0, "", 0 }
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    stralloc words = STRALLOC_ZERO ;
    size_t n = 0 ;
    assert_true(stralloc_cats(&words, "x")) ;
    assert_int_equal(wordlist_parse(t[i].text, &words, &n), t[i].kind) ;
    assert_int_equal(n, t[i].n) ;
    assert_int_equal(words.len, 1 + t[i].len) ;
    assert_memory_equal(words.s + 1, t[i].words, t[i].len) ;
    assert_int_equal(!!wordlist_error(t[i].text), t[i].kind == WORDLIST_INVALID) ;
    stralloc_free(&words) ;
  }
}

/* Blocks in blocks around many words: each word grows by a blank for each block. */
static void deep_blocks_have_a_bound (void **state)
{
  static char text[65536] ;
  stralloc words = STRALLOC_ZERO ;
  size_t n = 0, i = 0 ;
  (void)state ;
  for (; i < sizeof text - 2 ; i += 2) memcpy(text + i, i < sizeof text / 2 ? "{ " : "a ", 2) ;
  errno = 0 ;
  assert_int_equal(wordlist_parse(text, &words, &n), -1) ;
  assert_int_equal(errno, E2BIG) ;
  assert_null(wordlist_error(text)) ;
  assert_int_equal(words.len, 0) ;
  stralloc_free(&words) ;
}

int main (void)
{
  struct CMUnitTest const tests[] = { cmocka_unit_test(texts_are_told_apart), cmocka_unit_test(deep_blocks_have_a_bound) } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
