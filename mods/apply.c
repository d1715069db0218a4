/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "apply.h"
#include "filelist.h"
#include "fstree.h"
#include "layerdigest.h"
#include "modname.h"
#include "modrecord.h"
#include "nametable.h"
#include "placing.h"
#include "reason.h"
#include "verbosity.h"

static int failed (stralloc *why, char const *what)
{
  reason_errno(why, what) ;
  return -1 ;
}

/* How many files of the record are not among those of the layer: they stay when that takes its place. */
static size_t count_dropped (struct modstate const *s, char const *record, struct layer const *layer)
{
  struct layer old = LAYER_ZERO ;
  struct nametable names = NAMETABLE_ZERO ;
  char const *copy ;
  size_t i = 0, n = 0 ;
  int known = 1 ;
  if (modrecord_read(s->recordsfd, record, 0, 0, &old) != 1) return 0 ;
  for (; i < layer->n && known ; i++) known = nametable_add(&names, layer->names.s + layer->entries[i].path, &copy) != NAMETABLE_NONE ;
  for (i = 0 ; i < old.n && known ; i++)
    if (old.entries[i].type != LAYER_DIRECTORY && nametable_find(&names, old.names.s + old.entries[i].path) == NAMETABLE_NONE) n++ ;
  nametable_free(&names) ;
  layer_free(&old) ;
  return n ;
}

/* Puts what is staged in stagefd, a directory that is called like the record, in its place, and the record with those of what is applied. Returns 0; or -1:
   the staging is still there. */
static int place_staged (struct modstate const *s, char const *record, int stagefd, char const *mod, struct layer const *layer, stralloc *why)
{
  size_t dropped = count_dropped(s, record, layer) ;
  char fmt[SIZE_FMT] ;
  if (placing_do(s->rootfd, stagefd, layer, why) == -1) return -1 ;
  if (renameat(stagefd, MODRECORD_STAGED, s->recordsfd, record) == -1) return failed(why, "unable to keep the record of it") ;
  fmt[size_fmt(fmt, dropped)] = 0 ;
  if (dropped) say_info(mod, ": files that it had before and has no more stay, ", fmt, " of them; make the container anew to be rid of them") ;
  if (fstree_remove(s->stagingfd, record) == -1) say_warningsys("remove what was staged of ", mod) ;
  return 0 ;
}

int apply_is_done (struct modstate const *s, char const *mod, char const *digest)
{
  char old[DIGEST_MAX + 1] ;
  return modrecord_read_mod(s->recordsfd, mod, old, 0) == 1 && !strcmp(old, digest) ;
}

/* Whether all of it could be put in its place, now. */
static enum apply_result place (struct modstate const *s, char const *record, int stagefd, struct apply_order const *o, char const *digest,
  struct layer *layer, stralloc *why)
{
  if (placing_check(s->rootfd, layer, why) == -1)
  {
    reason_add(why, "; nothing of it is applied: remove it from the mods, or what is in its way") ;
    return APPLY_REFUSED ;
  }
  if (o->later && layer_leave_out(layer, stagefd, o->later) == -1)
  {
    failed(why, "unable to leave out what later mods have") ;
    return APPLY_SYSTEM ;
  }
  /* from here on a start that is killed is finished by the next: all that is needed is on disk first */
  if (syncfs(stagefd) == -1 || modrecord_write(stagefd, MODRECORD_STAGED, o->mod, digest, layer) == -1)
  {
    failed(why, "unable to keep the record of it") ;
    return APPLY_SYSTEM ;
  }
  say_out("[mod-init] Installing ", o->mod) ;
  return place_staged(s, record, stagefd, o->mod, layer, why) == -1 ? APPLY_SYSTEM : APPLY_DONE ;
}

static enum apply_result stage_failed (int e, stralloc *why)
{
  if (e == ENOSPC || e == EDQUOT) reason_add(why, "; free some space") ;
  if (e == EINVAL) reason_add(why, "; nothing of it is applied: remove it from the mods, or tell who makes it") ;
  return e == EINVAL ? APPLY_REFUSED : APPLY_SYSTEM ;
}

static enum apply_result apply_in (struct modstate const *s, char const *record, int stagefd, struct apply_order const *o, stralloc *why)
{
  struct layer layer = LAYER_ZERO ;
  char own[DIGEST_MAX + 1] ;
  enum apply_result result = APPLY_SYSTEM ;
  if ((o->digest ? layer_read_tar(o->fd, stagefd, &layer, why) : layer_read_directory(o->fd, stagefd, &layer, why)) == -1) return stage_failed(errno, why) ;
  if (layer.old_style)
    say_info(o->mod, ": its files of etc/cont-init.d and etc/services.d are of an older kind of mods, and are left out") ;
  if (!o->digest && layerdigest(&layer, stagefd, own) == -1) failed(why, "unable to read what was staged") ;
  else if (!o->digest && !o->anew && apply_is_done(s, o->mod, own)) result = APPLY_SAME ;
  else result = place(s, record, stagefd, o, o->digest ? o->digest : own, &layer, why) ;
  layer_free(&layer) ;
  return result ;
}

int apply_list (struct modstate const *s, char const *mod, struct nametable *paths)
{
  struct layer layer = LAYER_ZERO ;
  char const *copy ;
  size_t i = 0 ;
  int r = modrecord_read_mod(s->recordsfd, mod, 0, &layer) ;
  for (; r == 1 && i < layer.n ; i++)
    if (layer.entries[i].type != LAYER_DIRECTORY && nametable_add(paths, layer.names.s + layer.entries[i].path, &copy) == NAMETABLE_NONE) r = -1 ;
  layer_free(&layer) ;
  return r == -1 ? -1 : 0 ;
}

enum apply_result apply_mod (struct modstate const *s, struct apply_order const *o, stralloc *why)
{
  stralloc record = STRALLOC_ZERO ;
  enum apply_result result = APPLY_SYSTEM ;
  int stagefd = -1 ;
  struct stat st ;
  if (!modname_file(o->mod, &record) || fstree_remove(s->stagingfd, record.s) == -1 || mkdirat(s->stagingfd, record.s, 0700) == -1
   || (stagefd = openat(s->stagingfd, record.s, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) == -1) failed(why, "unable to stage it") ;
  else
  {
    result = apply_in(s, record.s, stagefd, o, why) ;
    /* with the record, it is to be finished by the next start */
    if (result != APPLY_DONE && fstatat(stagefd, MODRECORD_STAGED, &st, AT_SYMLINK_NOFOLLOW) == -1
     && fstree_remove(s->stagingfd, record.s) == -1) say_warningsys("remove what was staged of ", o->mod) ;
  }
  if (stagefd >= 0) fd_close(stagefd) ;
  stralloc_free(&record) ;
  return result ;
}

/* One staging, which is called like its record. */
static int finish_one (struct modstate const *s, char const *record)
{
  stralloc mod = STRALLOC_ZERO, why = STRALLOC_ZERO ;
  struct layer layer = LAYER_ZERO ;
  int fd = openat(s->stagingfd, record, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
  int r = fd == -1 ? 0 : modrecord_read(fd, MODRECORD_STAGED, &mod, 0, &layer) ;
  if (r == 1)
  {
    say_out("[mod-init] Finishing ", mod.s, ", which an earlier start was about to apply") ;
    r = place_staged(s, record, fd, mod.s, &layer, &why) ;
    if (r == -1 && stralloc_0(&why)) say_warning("unable to apply ", mod.s, ": ", why.s) ;
    layer_free(&layer) ;
  }
  /* it was not staged wholly, or the record is damaged: what is in its place is whole all the same */
  else r = fstree_remove(s->stagingfd, record) ;
  if (fd >= 0) fd_close(fd) ;
  stralloc_free(&mod) ;
  stralloc_free(&why) ;
  return r ;
}

int apply_finish (struct modstate const *s)
{
  struct filelist list ;
  char const *name ;
  int r = 0 ;
  if (filelist_open(s->stagingfd, ".", &filelist_by_name, &list) == -1) return -1 ;
  while ((name = filelist_next(&list))) if (finish_one(s, name) == -1) r = -1 ;
  filelist_free(&list) ;
  return r ;
}
