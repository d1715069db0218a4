/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "apply.h"
#include "digest.h"
#include "modsource.h"
#include "outcome.h"
#include "paths.h"
#include "reason.h"
#include "rootpath.h"
#include "variables.h"

#define NAME_LENGTH_MAX 200

/* A name is that of an entry, and of nothing further away. */
static int is_name (char const *s)
{
  return s[0] != '.' && !strchr(s, '/') && strlen(s) <= NAME_LENGTH_MAX ;
}

/* Opens what has the name. Returns a descriptor, or -1 and sets errno. */
static int open_source (int rootfd, char const *name, enum apply_source *ret)
{
  char path[sizeof ROOT_MODS_SIDELOADED + NAME_LENGTH_MAX + sizeof "/.tar"] ;
  int fd ;
  snprintf(path, sizeof path, ROOT_MODS_SIDELOADED "/%s.tar", name) ;
  fd = rootpath_open(rootfd, path, O_RDONLY | O_NONBLOCK) ;
  if (fd >= 0 || errno != ENOENT) return (*ret = APPLY_TAR, fd) ;
  snprintf(path, sizeof path, ROOT_MODS_SIDELOADED "/%s", name) ;
  return (*ret = APPLY_DIRECTORY, rootpath_open(rootfd, path, O_RDONLY | O_DIRECTORY)) ;
}

static enum apply_result apply_one (struct modstate const *s, char const *name, char *digest, stralloc *why)
{
  enum apply_source source ;
  enum apply_result result = APPLY_SYSTEM ;
  int fd ;
  if (!is_name(name))
  {
    reason_add(why, "it is no name of an entry of /" ROOT_MODS_SIDELOADED "; correct it, or unset " VAR_MODS_SIDELOAD) ;
    return APPLY_REFUSED ;
  }
  fd = open_source(s->rootfd, name, &source) ;
  if (fd == -1 && errno == ENOENT)
  {
    reason_add(why, "there is neither /" ROOT_MODS_SIDELOADED "/", name, ".tar nor a directory /" ROOT_MODS_SIDELOADED "/", name, "; mount it there") ;
    return APPLY_REFUSED ;
  }
  if (fd == -1) reason_errno(why, "unable to open it in /" ROOT_MODS_SIDELOADED) ;
  else if (source == APPLY_TAR && digest_of(fd, digest) == -1) reason_errno(why, "unable to read it") ;
  else if (source == APPLY_TAR && apply_is_done(s, name, digest)) result = APPLY_SAME ;
  else result = apply_mod(s, name, digest, fd, source, why) ;
  if (fd >= 0) fd_close(fd) ;
  return result ;
}

int sideload_mods (struct modstate const *s, struct modlist const *list)
{
  size_t i = 0 ;
  int code = 0 ;
  for (; i < list->n ; i++)
  {
    stralloc why = STRALLOC_ZERO ;
    char digest[DIGEST_MAX + 1] = "" ;
    enum apply_result r = apply_one(s, list->names[i], digest, &why) ;
    outcome_say(list->names[i], digest, r, &why) ;
    code = outcome_code(code, r) ;
    stralloc_free(&why) ;
  }
  return code ;
}
