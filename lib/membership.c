/* ISC license. */

#include "accounts.h"
#include "membership.h"

int membership_find (int rootfd, char const *user, struct membership *ret)
{
  ssize_t n ;
  if (accounts_user(rootfd, user, &ret->uid, ret->groups) == -1) return -1 ;
  n = accounts_groups_of(rootfd, user, ret->groups + 1, MEMBERSHIP_MAX - 1) ;
  ret->n = n < 0 ? 1 : n < MEMBERSHIP_MAX ? (size_t)n + 1 : MEMBERSHIP_MAX ;
  return 0 ;
}

int membership_has (struct membership const *m, gid_t gid)
{
  size_t i = 0 ;
  for (; i < m->n ; i++) if (m->groups[i] == gid) return 1 ;
  return 0 ;
}
