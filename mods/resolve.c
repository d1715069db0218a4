/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "layer.h"
#include "manifest.h"
#include "oneline.h"
#include "reason.h"
#include "registry.h"
#include "regularfile.h"
#include "resolve.h"
#include "store.h"
#include "variables.h"
#include "verbosity.h"

#define TAG_FILE "manifest"

/* an index may name manifests, and they layers; an index of indexes is none of a mod */
#define DEPTH_MAX 2

/* what a registry may send that is not what its digest says, before we give up: a bad line may have done it once */
#define WRONG_MAX 2

struct work
{
  struct fetch *f ;
  struct fetch_settings const *settings ;
  struct registry registry ;
  int offline ;
  char tagged[DIGEST_MAX + 1] ;   /* the manifest that the tag is now; "": not known, or not in the store */
  stralloc *why ;
} ;

static enum registry_result system_failed (stralloc *why, char const *what)
{
  reason_errno(why, what) ;
  return REGISTRY_SYSTEM ;
}

static enum registry_result not_asked (struct work const *w)
{
  reason_add(w->why, w->offline < 0 ? "it has not come in time (" VAR_MODS_TIMEOUT ")" : "its registry has not answered",
    ", and no cache has it; look at the network of the container", w->offline < 0 ? ", or give it more time" : "") ;
  return w->offline < 0 ? REGISTRY_LATE : REGISTRY_SILENT ;
}

/* Downloads what has the digest, until it is what that says. The lock is ours. */
static enum registry_result download (struct work *w, char const *digest, int is_layer, uint64_t max, int *ret_fd)
{
  int storefd = w->settings->storefd ;
  unsigned int wrong = 0 ;
  for (; wrong < WRONG_MAX ; wrong++)
  {
    enum registry_result result ;
    int fd = store_begin(storefd, digest), r ;
    if (fd == -1) return system_failed(w->why, "unable to keep what comes") ;
    result = is_layer ? registry_blob(&w->registry, digest, fd, max, w->why) : registry_manifest(&w->registry, digest, fd, w->why) ;
    if (result)
    {
      store_forget(storefd, digest) ;
      fd_close(fd) ;
      return result ;
    }
    r = store_end(storefd, digest, fd) ;
    if (r == 1) return (*ret_fd = fd, REGISTRY_OK) ;
    if (r == -1) system_failed(w->why, "unable to keep what comes") ;
    fd_close(fd) ;
    if (r == -1) return REGISTRY_SYSTEM ;
  }
  reason_add(w->why, "what the registry sends is not what its digest says (", digest, "); nothing of it is used") ;
  return REGISTRY_REFUSED ;
}

/* Opens what has the digest: from the store, or else from the registry. */
static enum registry_result object (struct work *w, char const *digest, int is_layer, uint64_t max, int *ret_fd)
{
  enum registry_result result = REGISTRY_OK ;
  int storefd = w->settings->storefd ;
  int lockfd ;
  int fd = store_open(storefd, digest) ;
  if (fd >= 0) return (*ret_fd = fd, REGISTRY_OK) ;
  if (w->offline) return not_asked(w) ;
  lockfd = store_lock(storefd, digest, &w->settings->deadline) ;
  if (lockfd == -1)
  {
    if (errno != EINTR) return system_failed(w->why, "unable to lock it in the cache") ;
    reason_add(w->why, "another container that downloads it has not done so in time") ;
    return REGISTRY_LATE ;
  }
  /* who had the lock before us may have got it */
  fd = store_open(storefd, digest) ;
  if (fd >= 0) *ret_fd = fd ;
  else
  {
    if (is_layer) say_out("[mod-init] Downloading ", w->f->name, " from ", w->f->ref.registry) ;
    result = download(w, digest, is_layer, max, ret_fd) ;
  }
  fd_close(lockfd) ;
  return result ;
}

static char const *tag_name (struct fetch const *f, char *buf, size_t size)
{
  snprintf(buf, size, "%s/%s:%s", f->ref.registry, f->ref.repository, f->ref.tag) ;
  return buf ;
}

#define TAG_NAME_MAX (2 * IMAGEREF_NAME_MAX + IMAGEREF_TAG_MAX + 3)

/* Puts what fd has into the store, for boots without the registry. That it cannot be is no failure. */
static void keep (struct work *w, int fd, char const *digest)
{
  int storefd = w->settings->storefd ;
  int lockfd = store_lock(storefd, digest, &w->settings->deadline) ;
  int kept, r = -1 ;
  if (lockfd == -1) return ;
  kept = store_open(storefd, digest) ;
  if (kept >= 0) r = 1 ;
  else
  {
    kept = store_begin(storefd, digest) ;
    if (kept >= 0 && lseek(fd, 0, SEEK_SET) == 0 && fd_cat(fd, kept) >= 0) r = store_end(storefd, digest, kept) ;
    else if (kept >= 0) store_forget(storefd, digest) ;
  }
  if (kept >= 0) fd_close(kept) ;
  if (r == 1) strcpy(w->tagged, digest) ;
  else say_warningsys("keep the manifest of ", w->f->name, " in the cache") ;
  fd_close(lockfd) ;
}

/* The digest that the tag had when its registry last answered; why it does not now is said and no longer a failure. */
static int remembered (struct work *w, char *digest)
{
  char name[TAG_NAME_MAX] ;
  if (!store_tag(w->settings->storefd, tag_name(w->f, name, sizeof name), digest)) return 0 ;
  if (!w->why->len) reason_add(w->why, w->offline < 0 ? "it has not come in time" : "its registry has not answered") ;
  if (stralloc_0(w->why)) say_info(w->f->name, ": ", w->why->s, ": using ", digest, " of the cache") ;
  w->why->len = 0 ;
  return 1 ;
}

/* Opens the manifest that the tag is now. */
static enum registry_result by_tag (struct work *w, int *ret_fd)
{
  enum registry_result result ;
  char digest[DIGEST_MAX + 1] ;
  int fd ;
  if (w->offline) return remembered(w, digest) ? object(w, digest, 0, MANIFEST_MAX, ret_fd) : w->why->len ? REGISTRY_SILENT : not_asked(w) ;
  fd = openat(w->registry.dirfd, TAG_FILE, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600) ;
  if (fd == -1) return system_failed(w->why, "unable to make a file") ;
  result = registry_manifest(&w->registry, w->f->ref.tag, fd, w->why) ;
  if (!result && digest_of(fd, digest) == -1) result = system_failed(w->why, "unable to read what came") ;
  if (!result)
  {
    keep(w, fd, digest) ;
    return (*ret_fd = fd, REGISTRY_OK) ;
  }
  fd_close(fd) ;
  if (result != REGISTRY_SILENT || !remembered(w, digest)) return result ;
  w->offline = 1 ;
  return object(w, digest, 0, MANIFEST_MAX, ret_fd) ;
}

/* Reads the manifest that fd is open on, and closes it. */
static enum registry_result understand (struct work *w, int fd, struct manifest *m)
{
  struct platform const platform = manifest_platform() ;
  stralloc text = STRALLOC_ZERO ;
  enum registry_result result = REGISTRY_OK ;
  if (lseek(fd, 0, SEEK_SET) == -1 || regularfile_read(fd, MANIFEST_MAX, &text) == -1) result = system_failed(w->why, "unable to read its manifest") ;
  else
  {
    stralloc what = STRALLOC_ZERO ;
    if (manifest_parse(text.s, text.len, &platform, m, &what) == -1)
    {
      if (stralloc_0(&what)) reason_add(w->why, what.s) ;
      result = REGISTRY_REFUSED ;
    }
    stralloc_free(&what) ;
  }
  stralloc_free(&text) ;
  fd_close(fd) ;
  return result ;
}

static enum registry_result find_layer (struct work *w, struct manifest *m)
{
  struct imageref const *ref = &w->f->ref ;
  unsigned int depth = 0 ;
  int fd = -1 ;
  enum registry_result result = ref->digest[0] ? object(w, ref->digest, 0, MANIFEST_MAX, &fd) : by_tag(w, &fd) ;
  for (; !result ; depth++)
  {
    result = understand(w, fd, m) ;
    if (result || m->kind == MANIFEST_IMAGE) break ;
    if (depth + 1 == DEPTH_MAX)
    {
      reason_add(w->why, "its index names another index") ;
      return REGISTRY_REFUSED ;
    }
    result = object(w, m->digest, 0, MANIFEST_MAX, &fd) ;
  }
  return result ;
}

static enum registry_result get_layer (struct work *w)
{
  struct manifest m ;
  char name[TAG_NAME_MAX] ;
  int fd ;
  enum registry_result result = find_layer(w, &m) ;
  if (result) return result ;
  strcpy(w->f->digest, m.digest) ;
  w->f->size = m.size ;
  if (!strcmp(m.digest, w->f->applied)) return REGISTRY_OK ;
  if (m.size > LAYER_BYTES_MAX)
  {
    reason_add(w->why, "its layer is too large") ;
    return REGISTRY_REFUSED ;
  }
  w->f->state = FETCH_DOWNLOADING ;
  result = object(w, m.digest, 1, m.size, &fd) ;
  if (result) return result ;
  fd_close(fd) ;
  /* not before all that it leads to is there */
  if (w->tagged[0] && store_set_tag(w->settings->storefd, tag_name(w->f, name, sizeof name), w->tagged) == -1)
    say_warningsys("keep the tag of ", w->f->name, " in the cache") ;
  return REGISTRY_OK ;
}

void resolve (struct fetch *f, struct fetch_settings const *settings, int dirfd, int offline)
{
  static enum fetch_state const states[] =
  {
    [REGISTRY_OK] = FETCH_READY, [REGISTRY_REFUSED] = FETCH_FAILED, [REGISTRY_SILENT] = FETCH_SILENT, [REGISTRY_LATE] = FETCH_LATE,
    [REGISTRY_SYSTEM] = FETCH_FAILED
  } ;
  stralloc why = STRALLOC_ZERO ;
  struct work w = { .f = f, .settings = settings, .offline = offline, .why = &why } ;
  enum registry_result result ;
  w.registry = (struct registry){ .ref = &f->ref, .dirfd = dirfd, .deadline = &settings->deadline, .debug = settings->debug } ;
  result = get_layer(&w) ;
  /* the tag has moved, and what it is now cannot be had: what it was serves */
  if (result == REGISTRY_SILENT && !w.offline && !f->ref.digest[0])
  {
    w.offline = 1 ;
    w.tagged[0] = 0 ;
    result = get_layer(&w) ;
  }
  f->silent = result == REGISTRY_SILENT || (w.offline > 0 && !offline) ;
  if (result)
  {
    size_t len = why.len < FETCH_WHY_MAX ? why.len : FETCH_WHY_MAX ;
    if (len) memcpy(f->why, why.s, len) ;
    f->why[len] = 0 ;
    oneline(f->why, len) ;
  }
  /* last: it says that the rest is there */
  f->state = states[result] ;
}
