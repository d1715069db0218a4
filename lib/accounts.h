/* ISC license. */

#ifndef STILLROOT_ACCOUNTS_H
#define STILLROOT_ACCOUNTS_H

#include <sys/types.h>

/* passwd(5) and group(5), parsed here: a static program must not call NSS. */

/* Decimal, 0 to 4294967294 (the last value, (uid_t)-1, means "unchanged" to chown(2)); nothing around it.
   Returns 1, or 0 with *ret untouched. */
extern int accounts_id_scan (char const *s, size_t len, unsigned int *ret) ;

/* The first entry called name. Returns 0, or -1 and sets errno: ENOENT no such entry, EINVAL its ids are no numbers,
   ELOOP the file is a symbolic link, ENXIO it is no regular file. */
extern int accounts_user (int rootfd, char const *name, uid_t *ret_uid, gid_t *ret_gid) ;
extern int accounts_group (int rootfd, char const *name, gid_t *ret_gid) ;

/* The name of the first user (file ROOT_PASSWD) or group (ROOT_GROUP) with this id, other than except, at most max-1 bytes of it.
   Returns 1 when there is one, 0 when not, -1 and sets errno. */
extern int accounts_owner_of_id (int rootfd, char const *file, unsigned int id, char const *except, char *ret, size_t max) ;

/* The gids of the groups that have member in their list, in the order of the file: the first max of them in ret.
   Returns how many there are, which can be more than max, or -1 and sets errno. */
extern ssize_t accounts_groups_of (int rootfd, char const *member, gid_t *ret, size_t max) ;

#endif
