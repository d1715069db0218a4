/* ISC license. */

#include <string.h>
#include <unistd.h>

#include "accessat.h"
#include "osrelease.h"
#include "packagemanager.h"
#include "paths.h"

#define WHEELS "https://wheel-index.linuxserver.io/"
#define DIGITS "0123456789"

static struct packagemanager const managers[] =
{
  { "apt-get", { PATH_APT_GET, 0 }, "DEBIAN_FRONTEND=noninteractive", "update", { "install", "-y", "--no-install-recommends" }, "python3-venv", "ubuntu", 0 },
  { "apk", { PATH_APK, PATH_USR_APK }, 0, 0, { "add", "--no-cache" }, "python3", "alpine", 1 },
  { "dnf", { PATH_DNF, PATH_DNF5 }, 0, 0, { "install", "-y", "--setopt=install_weak_deps=False", "--best" }, "python3", 0, 0 },
  { "pacman", { PATH_PACMAN, PATH_SBIN_PACMAN }, 0, 0, { "-Sy", "--noconfirm" }, "python", 0, 0 }
} ;

struct packagemanager const *packagemanager_find (int rootfd, char const **ret_path)
{
  struct packagemanager const *m = managers ;
  for (; m < managers + sizeof managers / sizeof managers[0] ; m++)
  {
    size_t i = 0 ;
    for (; i < sizeof m->paths / sizeof m->paths[0] && m->paths[i] ; i++)
    {
      if (accessat(rootfd, m->paths[i] + 1, X_OK) == -1) continue ;
      *ret_path = m->paths[i] ;
      return m ;
    }
  }
  return 0 ;
}

/* Appends "-3.20" where version is 3.20.1. Returns whether it could. */
static int add_version (stralloc *sa, char const *version)
{
  size_t major = strspn(version, DIGITS) ;
  size_t minor = version[major] == '.' ? strspn(version + major + 1, DIGITS) : 0 ;
  return major && minor && stralloc_cats(sa, "-") && stralloc_catb(sa, version, major + 1 + minor) ;
}

static int add_address (int rootfd, struct packagemanager const *m, stralloc *sa)
{
  stralloc version = STRALLOC_ZERO ;
  int r = stralloc_cats(sa, WHEELS) && stralloc_cats(sa, m->wheels)
    && (!m->wheels_versioned || (osrelease_get(rootfd, "VERSION_ID", &version) == 1 && add_version(sa, version.s)))
    && stralloc_cats(sa, "/") && stralloc_0(sa) ;
  if (r) sa->len-- ;
  stralloc_free(&version) ;
  return r ;
}

int packagemanager_wheels (int rootfd, struct packagemanager const *m, stralloc *sa)
{
  stralloc id = STRALLOC_ZERO ;
  size_t before = sa->len ;
  /* a relative has the same manager, and not the same wheels */
  int r = m->wheels && osrelease_get(rootfd, "ID", &id) == 1 && !strcmp(id.s, m->wheels) && add_address(rootfd, m, sa) ;
  if (!r) sa->len = before ;
  stralloc_free(&id) ;
  return r ;
}
