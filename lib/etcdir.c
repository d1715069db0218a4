/* ISC license. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "etcdir.h"
#include "paths.h"

int etcdir_path (char const *profile, char ret[ETCDIR_MAX])
{
  if (!profile || !*profile) strcpy(ret, ROOT_ETC) ;
  else if (strchr(profile, '/') || profile[0] == '.' || strlen(profile) > NAME_MAX) return (errno = EINVAL, -1) ;
  else snprintf(ret, ETCDIR_MAX, ROOT_PROFILES "/%s", profile) ;
  return 0 ;
}
