/* ISC license. */

#include "unit.h"
#include "authchallenge.h"

#define REALM "https://auth.example/token"
#define TEN "abcdefghij"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define SERVICE_LONGEST HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED TEN "a"
#define REALM_LONGEST "http://" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED TEN "abcdef"

static void the_challenge_is_found (void **state)
{
  static struct { char const *text, *realm, *service, *scope ; } const t[] =
  {
    { "Bearer realm=\"" REALM "\",service=\"registry.docker.io\",scope=\"repository:a/b:pull\"", REALM, "registry.docker.io", "repository:a/b:pull" },
    { "bEaReR  SCOPE=\"s\" ,\tRealm = \"" REALM "\" , ", REALM, "", "s" },
    { "Bearer realm=" REALM, REALM, "", "" },
    { "Bearer realm=" REALM ",service=x", REALM, "x", "" },
    { "Bearer realm=" REALM " , service=a\\b", REALM, "a\\b", "" },
    { "Bearer realm=\"" REALM "\",service=\"\"", REALM, "", "" },
    { "Bearer realm=\"https:\\//auth.example\\/token\",service=\"a\\\"b\\\\c\"", REALM, "a\"b\\c", "" },
    { "Bearer realm=\"" REALM "\",service=\"a, b=c, Bearer\",error=\"invalid_token\"", REALM, "a, b=c, Bearer", "" },
    { "Bearer realm=\"HTTP://a?b=c\"", "HTTP://a?b=c", "", "" },
    { "Bearer realm=\"https://[::1]:5001/token\"", "https://[::1]:5001/token", "", "" },
    { "Bearer realm=\"https://a/b@c\"", "https://a/b@c", "", "" },
    /* others */
    { "Basic realm=\"x\", Bearer realm=\"" REALM "\"", REALM, "", "" },
    { "Bearer realm=\"" REALM "\", Basic realm=\"x\", scope=\"no\"", REALM, "", "" },
    { "Negotiate, Bearer realm=\"" REALM "\"", REALM, "", "" },
    { "Negotiate YWJj+/==, Bearer realm=\"" REALM "\"", REALM, "", "" },
    { "Digest realm=\"Bearer realm=\\\"http://evil\\\"\", qop=\"a,b\", Bearer realm=\"" REALM "\"", REALM, "", "" },
    { ", ,Bearer ,realm=\"" REALM "\"", REALM, "", "" },
    { "Bearer realm=\"" REALM "\",services=\"x\",scop=y,xscope=z", REALM, "", "" },
    { "Bearer realm=\"" REALM "\",error_description=\"" SERVICE_LONGEST SERVICE_LONGEST SERVICE_LONGEST "\"", REALM, "", "" },
    { "Bearer realm=\"" REALM_LONGEST "\",service=" SERVICE_LONGEST, REALM_LONGEST, SERVICE_LONGEST, "" }
  } ;
  size_t i = 0 ;
  (void)state ;
  assert_int_equal(strlen(REALM_LONGEST), AUTHCHALLENGE_REALM_MAX) ;
  assert_int_equal(strlen(SERVICE_LONGEST), AUTHCHALLENGE_PARAMETER_MAX) ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct authchallenge c ;
    assert_int_equal(authchallenge_parse(t[i].text, &c), 1) ;
    assert_string_equal(c.realm, t[i].realm) ;
    assert_string_equal(c.service, t[i].service) ;
    assert_string_equal(c.scope, t[i].scope) ;
  }
}

static void there_may_be_none (void **state)
{
  static char const *const t[] =
  {
    "", " ", ",", "Basic", "Basic realm=\"Bearer realm=x\"", "Bearers realm=\"" REALM "\"", "Bea realm=\"" REALM "\"", "XBearer realm=\"" REALM "\"", "Basic Bearer",
    "\"Bearer\"", "Basic realm=\"x, Bearer realm=\"" REALM "\"", "Basic realm=\"x\" Bearer realm=\"" REALM "\"", "Negotiate, =x"
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct authchallenge c = { .realm = "untouched" } ;
    assert_int_equal(authchallenge_parse(t[i], &c), 0) ;
    assert_string_equal(c.realm, "untouched") ;
  }
}

static void what_cannot_be_used_is_refused (void **state)
{
  static char const *const t[] =
  {
    "Bearer", "Bearer ", "Bearer abc==", "Bearer service=\"x\"", "Bearer, Basic realm=\"" REALM "\"", "Bearer realm=", "Bearer realm=\"\"",
    "Bearer realm=\"" REALM, "Bearer realm=\"" REALM "\\", "Bearer realm=\"" REALM "\\\"", "Bearer realm=\"" REALM "\"x", "Bearer realm=\"" REALM "\" service=x",
    "Bearer realm=\"" REALM "\",realm=\"" REALM "\"", "Bearer realm=\"" REALM "\",scope=a,SCOPE=b", "Bearer realm=\"" REALM "\";service=x",
    "Bearer realm=\"" REALM "\",service=", "Bearer realm=\"" REALM "\",=x",
    /* no URL to ask */
    "Bearer realm=\"auth.example\"", "Bearer realm=\"file:///etc/passwd\"", "Bearer realm=\"ftp://a\"", "Bearer realm=\"https:/a\"",
    "Bearer realm=\"https://\"", "Bearer realm=\"http:///a\"", "Bearer realm=\"https://?a\"", "Bearer realm=\"https://:80/a\"", "Bearer realm=\" https://a\"",
    "Bearer realm=\"-ohttps://a\"", "Bearer realm=\"https://a b\"", "Bearer realm=\"https://a\\\"b\"", "Bearer realm=\"https://a\\\\b\"",
    "Bearer realm=\"https://a/{b}\"", "Bearer realm=\"https://a#b\"", "Bearer realm=\"https://a@b/\"", "Bearer realm=\"https://u:p@b?\"",
    "Bearer realm=\"https://caf\xc3\xa9/\"", "Bearer realm=\"https://a\tb\"", "Bearer realm=\"https://a\r\nb\"",
    "Bearer realm=\"" REALM "\",service=\"a\nb\"", "Bearer realm=\"" REALM "\",scope=\"a\x7f\"", "Bearer realm=\"" REALM "\",scope=\"a\\\x1b\"",
    "Bearer realm=\"" REALM_LONGEST "x\"", "Bearer realm=\"" REALM "\",service=" SERVICE_LONGEST "x",
    "Bearer realm=\"" REALM "\",scope=\"" SERVICE_LONGEST "x\""
  } ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    struct authchallenge c = { .realm = "untouched" } ;
    assert_int_equal(authchallenge_parse(t[i], &c), -1) ;
    assert_string_equal(c.realm, "untouched") ;
  }
}

static void urls_are_made (void **state)
{
  static struct { struct authchallenge c ; char const *scope, *url ; } const t[] =
  {
    { { REALM, "registry.docker.io", "repository:a/b_c:pull" }, "no", REALM "?service=registry.docker.io&scope=repository%3Aa%2Fb_c%3Apull" },
    { { REALM, "", "" }, "repository:a:pull", REALM "?scope=repository%3Aa%3Apull" },
    { { REALM, "s", "" }, "", REALM "?service=s" },
    { { REALM, "", "" }, "", REALM },
    { { REALM "?x=y", "s", "t" }, "", REALM "?x=y&service=s&scope=t" },
    { { REALM, "a&b=c#d e+f%\"'\xc3\xa9~.-", "" }, "", REALM "?service=a%26b%3Dc%23d%20e%2Bf%25%22%27%C3%A9~.-" }
  } ;
  stralloc sa = STRALLOC_ZERO ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    assert_true(stralloc_copys(&sa, "before ")) ;
    assert_int_equal(authchallenge_url(&t[i].c, t[i].scope, &sa), 1) ;
    assert_true(stralloc_0(&sa)) ;
    assert_memory_equal(sa.s, "before ", 7) ;
    assert_string_equal(sa.s + 7, t[i].url) ;
  }
  stralloc_free(&sa) ;
}

static void tokens_are_read (void **state)
{
  static struct { char const *text, *token ; } const t[] =
  {
    { "{\"token\":\"abc.DEF-_~+/=\"}", "abc.DEF-_~+/=" },
    { "{\"access_token\":\"a\",\"expires_in\":300}", "a" },
    { "{\"access_token\":\"a\",\"token\":\"t\"}", "t" },
    { "{\"token\":null,\"access_token\":\"a\"}", "a" },
    { "{\"token\":\"\",\"access_token\":\"a\"}", "a" },
    { "", 0 }, { "{}", 0 }, { "[\"token\"]", 0 }, { "\"token\"", 0 }, { "token=abc", 0 }, { "<html>", 0 }, { "{\"token\":\"a\"", 0 }, { "{\"token\":\"a\"}x", 0 },
    { "{\"token\":7}", 0 }, { "{\"token\":{\"token\":\"a\"}}", 0 }, { "{\"Token\":\"a\"}", 0 }, { "{\"token\":\"a\",\"token\":\"b\"}", 0 },
    { "{\"token\":\"a b\"}", 0 }, { "{\"token\":\"a\\r\\nX-Evil: 1\"}", 0 }, { "{\"token\":\"a\\u007f\"}", 0 }, { "{\"token\":\"a\\u0000b\"}", 0 },
    { "{\"token\":\"a\\\"b\"}", 0 }, { "{\"token\":\"a\\\\b\"}", 0 }, { "{\"token\":\"caf\\u00e9\"}", 0 }
  } ;
  stralloc sa = STRALLOC_ZERO ;
  size_t i = 0 ;
  (void)state ;
  for (; i < sizeof t / sizeof t[0] ; i++)
  {
    assert_true(stralloc_copys(&sa, "before ")) ;
    assert_int_equal(authchallenge_token(t[i].text, strlen(t[i].text), &sa), t[i].token != 0) ;
    assert_true(stralloc_0(&sa)) ;
    assert_memory_equal(sa.s, "before ", 7) ;
    assert_string_equal(sa.s + 7, t[i].token ? t[i].token : "") ;
  }
  sa.len = 0 ;
  /* the text ends where it is said to */
  assert_int_equal(authchallenge_token("{\"token\":\"a\"},", 13, &sa), 1) ;
  assert_int_equal(authchallenge_token("{\"token\":\"a\"}\0", 14, &sa), 0) ;
  stralloc_free(&sa) ;
}

int main (void)
{
  struct CMUnitTest const tests[] =
  {
    cmocka_unit_test(the_challenge_is_found),
    cmocka_unit_test(there_may_be_none),
    cmocka_unit_test(what_cannot_be_used_is_refused),
    cmocka_unit_test(urls_are_made),
    cmocka_unit_test(tokens_are_read)
  } ;
  return cmocka_run_group_tests(tests, 0, 0) ;
}
