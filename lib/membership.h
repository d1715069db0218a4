/* ISC license. */

#ifndef STILLROOT_MEMBERSHIP_H
#define STILLROOT_MEMBERSHIP_H

#include <stddef.h>
#include <sys/types.h>

/* A user and all its groups, by passwd and group. */

#define MEMBERSHIP_MAX 256   /* groups; more are not looked at */

struct membership
{
  uid_t uid ;
  gid_t groups[MEMBERSHIP_MAX] ;   /* the first is that of passwd */
  size_t n ;
} ;

/* Returns 0, or -1 and sets errno as accounts_user() does. */
extern int membership_find (int rootfd, char const *user, struct membership *ret) ;

extern int membership_has (struct membership const *, gid_t gid) ;

#endif
