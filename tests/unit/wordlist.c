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
    { "echo \"a  # b\" c\"d\"e \"\"", WORDLIST_WORDS, 4, "echo\0a  # b\0cde\0\0", 17 },
    { "if { true } x", WORDLIST_EXECLINE, 0, "", 0 },
    { "a{b", WORDLIST_EXECLINE, 0, "", 0 },
    { "a#b", WORDLIST_EXECLINE, 0, "", 0 },
    { "a \\n", WORDLIST_EXECLINE, 0, "", 0 },
    { "a \"b\\tc\"", WORDLIST_EXECLINE, 0, "", 0 },
    { "a \"b", WORDLIST_EXECLINE, 0, "", 0 },
    { "a\vb", WORDLIST_EXECLINE, 0, "", 0 },
    { "\"\" a", WORDLIST_EXECLINE, 0, "", 0 }
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
    stralloc_free(&words) ;
  }
}

int main (void)
{
  struct CMUnitTest const tests[] = { cmocka_unit_test(texts_are_told_apart) } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
