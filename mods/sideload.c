/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "apply.h"
#include "digest.h"
#include "layer.h"
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

/* A device may have no end, and a file may be a hole of any size. Returns fd, or -1 and sets errno. */
static int check_tar (int fd)
{
  struct stat st ;
  int e = fstat(fd, &st) == -1 ? errno : !S_ISREG(st.st_mode) ? EINVAL : st.st_size > (off_t)LAYER_BYTES_MAX + LAYER_NAMES_MAX ? EFBIG : 0 ;
  if (!e) return fd ;
  fd_close(fd) ;
  return (errno = e, -1) ;
}

/* Opens what has the name. Returns a descriptor, or -1 and sets errno. */
static int open_source (int rootfd, char const *name, int *ret_is_tar)
{
  char path[sizeof ROOT_MODS_SIDELOADED + NAME_LENGTH_MAX + sizeof "/.tar"] ;
  int fd ;
  snprintf(path, sizeof path, ROOT_MODS_SIDELOADED "/%s.tar", name) ;
  fd = rootpath_open(rootfd, path, O_RDONLY | O_NONBLOCK) ;
  if (fd >= 0) return (*ret_is_tar = 1, check_tar(fd)) ;
  if (errno != ENOENT) return -1 ;
  snprintf(path, sizeof path, ROOT_MODS_SIDELOADED "/%s", name) ;
  return (*ret_is_tar = 0, rootpath_open(rootfd, path, O_RDONLY | O_DIRECTORY)) ;
}

/* anew: though the root may have it already. */
static enum apply_result apply_one (struct modstate const *s, char const *name, int anew, char *digest, stralloc *why)
{
  struct apply_order order = { .mod = name, .anew = anew } ;
  enum apply_result result = APPLY_SYSTEM ;
  int fd, is_tar ;
  if (!is_name(name))
  {
    reason_add(why, "it is no name of an entry of /" ROOT_MODS_SIDELOADED "; correct it, or unset " VAR_MODS_SIDELOAD) ;
    return APPLY_REFUSED ;
  }
  fd = open_source(s->rootfd, name, &is_tar) ;
  if (fd == -1 && errno == ENOENT)
  {
    reason_add(why, "there is neither /" ROOT_MODS_SIDELOADED "/", name, ".tar nor a directory /" ROOT_MODS_SIDELOADED "/", name, "; mount it there") ;
    return APPLY_REFUSED ;
  }
  if (fd == -1) reason_errno(why, "unable to open it in /" ROOT_MODS_SIDELOADED) ;
  else if (is_tar && digest_of(fd, digest) == -1) reason_errno(why, "unable to read it") ;
  else if (is_tar && !anew && apply_is_done(s, name, digest)) result = APPLY_SAME ;
  else
  {
    order.fd = fd ;
    order.digest = is_tar ? digest : 0 ;
    result = apply_mod(s, &order, why) ;
  }
  if (fd >= 0) fd_close(fd) ;
  return result ;
}

int sideload_mods (struct modstate const *s, struct modlist const *list)
{
  size_t i = 0 ;
  int code = 0, anew = 0 ;
  for (; i < list->n ; i++)
  {
    stralloc why = STRALLOC_ZERO ;
    char digest[DIGEST_MAX + 1] = "" ;
    enum apply_result r = apply_one(s, list->names[i], anew, digest, &why) ;
    outcome_say(list->names[i], digest, r, &why) ;
    /* of two that have the same file the later one counts, also when only the first has changed */
    anew |= r == APPLY_DONE ;
    code = outcome_code(code, r) ;
    stralloc_free(&why) ;
  }
  return code ;
}
