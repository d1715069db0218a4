/* ISC license. */

#ifndef STILLROOT_ACCOUNTSEDIT_H
#define STILLROOT_ACCOUNTSEDIT_H

#include <stddef.h>
#include <sys/types.h>

/* Changes of passwd, group and, where an entry is added and they exist, shadow and gshadow. All but the entry that is meant
   stays as it is, to the byte; owner, mode and extended attributes of the files too. Whatever kills it, each file is the old
   or the new one, whole; the same call then does the rest. */

enum accountsedit_kind
{
  /* The user name gets uid and gid, the group of that name gid. Both must exist. Nobody else's ids change. */
  ACCOUNTSEDIT_IDS,
  /* The group name, which must exist, gets member, whoever that is. */
  ACCOUNTSEDIT_MEMBER,
  /* The group name with gid, no member, no password. Whether another group has the gid is not asked. */
  ACCOUNTSEDIT_GROUP,
  /* The user name with uid, gid, home, shell, no password. Whether another user has the uid is not asked. */
  ACCOUNTSEDIT_USER
} ;

struct accountsedit
{
  enum accountsedit_kind kind ;
  char const *name ;
  uid_t uid ;                   /* IDS, USER; not (uid_t)-1 */
  gid_t gid ;                   /* IDS, GROUP, USER; not (gid_t)-1 */
  char const *member ;          /* MEMBER */
  char const *home, *shell ;    /* USER */
} ;

/* Makes the n edits at edits, in their order, all or none of them. A file is written once, and only when its content changes; where
   none does, nothing is written or locked, and a root that cannot be written does not matter. Otherwise under the locks of
   shadow-utils, which are waited for at most ms milliseconds (see accountslock.h).

   Returns 1 when something was changed, 0 when all was so already, or -1 and sets errno; *ret_where is then the path, relative to
   the root, of the file that errno is about (a constant string). On failure no file has changed, unless a rename or the sync of /etc
   itself fails; a second call mends that. errno, besides that of the system calls:
     ENOENT    IDS, MEMBER: no entry of that name in *ret_where, or no such file
     ENOTUNIQ  *ret_where has more than one entry of that name
     EEXIST    GROUP, USER: the name exists in *ret_where with other ids
     EINVAL    the entry has too few fields or ids that are no numbers; or an argument cannot stand in such a file
     EILSEQ    *ret_where has a NUL byte in it
     ELOOP     *ret_where is a symbolic link (ENOTDIR: /etc is one); ENXIO: it is no regular file
     EBUSY     *ret_where is a lock file that another process has held all the time; or it is passwd (group...), and a mount point
     EROFS, EACCES, EPERM, ENOSPC...: *ret_where could not be written, and is as it was. */
extern int accountsedit_apply (int rootfd, struct accountsedit const *edits, size_t n, unsigned int ms, char const **ret_where) ;

#define ACCOUNTSEDIT_NAME_MAX 64

/* Fills in the edits that make member a member of the group with this gid, which is to be made, as groupGID, where there is none;
   name, which they point to, becomes its name. Returns their number, 1 or 2. */
extern size_t accountsedit_join (int rootfd, gid_t gid, char const *member, char name[ACCOUNTSEDIT_NAME_MAX], struct accountsedit edits[2]) ;

/* What this errno says of *ret_where, in a few words. */
extern char const *accountsedit_strerror (int e) ;

/* As long as lckpwdf(3) waits. */
#define ACCOUNTSEDIT_MS 15000

#endif
