/* ISC license. */

/* passwd and group with any content: no crash, and what is found is really there. */

#include "fuzz.h"
#include "accounts.h"

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  int dir = fuzz_dir() ;
  uid_t uid ;
  gid_t gid ;
  char name[8] ;
  mkdirat(dir, "etc", 0700) ;
  fuzz_put(dir, "etc/passwd", s, len, 0600) ;
  fuzz_put(dir, "etc/group", s, len, 0600) ;
  if (accounts_user(dir, "abc", &uid, &gid) == 0 && (!memmem(s, len, "abc:", 4) || uid == (uid_t)-1 || gid == (gid_t)-1)) abort() ;
  if (accounts_group(dir, "abc", &gid) == 0 && gid == (gid_t)-1) abort() ;
  if (accounts_owner_of_id(dir, "etc/passwd", 911, "abc", name, sizeof name) == 1 && strlen(name) >= sizeof name) abort() ;
  return 0 ;
}
