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

/* The initial user namespace maps 0 to 0 for all 2^32-1 ids: user_namespaces(7). */
static int in_userns (void)
{
  static char const identity[] = "0 0 4294967295 " ;
  char buf[64] ;
  size_t i = 0, j = 0 ;
  ssize_t n = shortfile_read(AT_FDCWD, PATH_UID_MAP, buf, sizeof buf) ;
  if (n <= 0) return -1 ;
  for (; i < (size_t)n && j < sizeof identity - 1 ; i++)
  {
    if (buf[i] == ' ' || buf[i] == '\n')
    {
      if (!j || identity[j-1] == ' ') continue ;
      if (identity[j++] != ' ') return 1 ;
    }
    else if (identity[j++] != buf[i]) return 1 ;
  }
  return j != sizeof identity - 1 || i != (size_t)n ;
}

void privileges_inspect (struct privileges *ret)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 } ;
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] ;
  memset(data, 0, sizeof data) ;
  ret->euid = geteuid() ;
  ret->egid = getegid() ;
  ret->capabilities = syscall(SYS_capget, &header, data) == -1 ? 0
    : (uint64_t)data[1].effective << 32 | data[0].effective ;
  ret->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0ul, 0ul, 0ul, 0ul) == 1 ;
  ret->userns = in_userns() ;
}

int privileges_has (struct privileges const *p, unsigned int cap)
{
  return !!(p->capabilities >> cap & 1) ;
}
