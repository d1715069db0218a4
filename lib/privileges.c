/* ISC license. */

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "paths.h"
#include "privileges.h"
#include "shortfile.h"

static void inspect_userns (struct privileges *ret)
{
  static struct idmap const unknown = IDMAP_ZERO ;
  char buf[8] ;
  if (idmap_read(&ret->uids, PATH_UID_MAP) == -1 || idmap_read(&ret->gids, PATH_GID_MAP) == -1)
  {
    ret->uids = ret->gids = unknown ;
    ret->userns = -1 ;
  }
  else ret->userns = !ret->uids.identity || !ret->gids.identity ;
  ret->setgroups_denied = shortfile_read(AT_FDCWD, PATH_SETGROUPS, buf, sizeof buf) > 0 && !strcmp(buf, "deny\n") ;
}

void privileges_inspect (struct privileges *ret)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 } ;
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] ;
  memset(data, 0, sizeof data) ;
  ret->euid = geteuid() ;
  ret->egid = getegid() ;
  if (syscall(SYS_capget, &header, data) == -1) memset(data, 0, sizeof data) ;
  ret->capabilities = (uint64_t)data[1].effective << 32 | data[0].effective ;
  ret->permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted ;
  ret->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0ul, 0ul, 0ul, 0ul) == 1 ;
  inspect_userns(ret) ;
}

int privileges_has (struct privileges const *p, unsigned int cap)
{
  return !!(p->capabilities >> cap & 1) ;
}

int privileges_single_user (struct privileges const *p)
{
  uid_t real, effective, saved ;
  if (!p->no_new_privs || p->permitted & (1ull << CAP_SETUID | 1ull << CAP_SETGID)) return 0 ;
  return getresuid(&real, &effective, &saved) == 0 && real && real == effective && real == saved ;
}
