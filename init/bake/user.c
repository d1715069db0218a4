/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/strerr.h>

#include "accounts.h"
#include "accountsedit.h"
#include "boot.h"
#include "oneline.h"
#include "paths.h"
#include "user.h"

/* As a link it might lead out of the image. */
static void check_etc (struct image const *image)
{
  struct stat st ;
  if (fstatat(image->rootfd, ROOT_ETC, &st, AT_SYMLINK_NOFOLLOW) == -1) strerr_diefusys(EXIT_USER, "stat ", image->name, "/" ROOT_ETC) ;
  if (!S_ISDIR(st.st_mode)) strerr_dief(EXIT_USER, image->name, "/" ROOT_ETC " is not a directory: make it one") ;
}

/* Whether the id is free for abc: refuses what would make abc someone else. */
static void check_free (struct image const *image, char const *file, char const *kind)
{
  char other[64] ;
  int r = accounts_owner_of_id(image->rootfd, file, USER_ID, APP_USER, other, sizeof other) ;
  if (r == -1 && errno != ENOENT) strerr_diefusys(EXIT_SYSTEM, "read ", image->name, "/", file) ;
  oneline(other, r == 1 ? strlen(other) : 0) ;
  if (r == 1) strerr_dief(EXIT_USER, kind, " 911 belongs to ", other, " in ", image->name, "/", file, ": give that one another id, " APP_USER " needs 911") ;
}

void user_bake (struct image const *image)
{
  static struct accountsedit const edits[] =
  {
    { .kind = ACCOUNTSEDIT_GROUP, .name = APP_USER, .gid = USER_ID },
    { .kind = ACCOUNTSEDIT_USER, .name = APP_USER, .uid = USER_ID, .gid = USER_ID, .home = "/" ROOT_CONFIG, .shell = "/bin/false" }
  } ;
  char const *where ;
  uid_t uid ;
  gid_t gid, ggid ;
  int has_group, has_user ;
  check_etc(image) ;
  check_free(image, ROOT_PASSWD, "uid") ;
  check_free(image, ROOT_GROUP, "gid") ;
  has_group = accounts_group(image->rootfd, APP_USER, &ggid) == 0 ;
  if (!has_group && errno != ENOENT) strerr_diefusys(EXIT_SYSTEM, "find the group " APP_USER " in ", image->name, "/" ROOT_GROUP) ;
  has_user = accounts_user(image->rootfd, APP_USER, &uid, &gid) == 0 ;
  if (!has_user && errno != ENOENT) strerr_diefusys(EXIT_SYSTEM, "find the user " APP_USER " in ", image->name, "/" ROOT_PASSWD) ;
  if ((has_group && ggid != USER_ID) || (has_user && (uid != USER_ID || gid != USER_ID)))
    strerr_dief(EXIT_USER, "user or group " APP_USER " exists in ", image->name, "/" ROOT_ETC " with another id than 911: remove it, or give it 911:911") ;
  if (accountsedit_apply(image->rootfd, edits, sizeof edits / sizeof edits[0], ACCOUNTSEDIT_MS, &where) == -1)
  {
    int e = errno ;
    strerr_dief(e == ENOTUNIQ || e == EILSEQ || e == ELOOP || e == ENXIO || e == ENOTDIR ? EXIT_USER : EXIT_SYSTEM,
      "unable to create user and group " APP_USER ": ", image->name, "/", where, ": ", accountsedit_strerror(e)) ;
  }
  if (!has_group) strerr_warni("created group " APP_USER " (911)") ;
  if (!has_user) strerr_warni("created user " APP_USER " (911:911, home /config, no shell)") ;
}
