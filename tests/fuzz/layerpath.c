/* ISC license. */

/* Any name, and any target of a link: what is made of it is clean, and stays so. */

#include <limits.h>

#include "fuzz.h"
#include "layerpath.h"
#include "oneline.h"

static void check_clean (char const *path)
{
  char again[LAYERPATH_MAX + 1] ;
  char const *why ;
  size_t len = strlen(path) ;
  if (len > LAYERPATH_MAX || path[0] == '/' || (len && path[len - 1] == '/') || !is_oneline(path) || strstr(path, "//")) abort() ;
  if (layerpath_clean(path, again, &why) == -1 || strcmp(path, again)) abort() ;
  while (*path)
  {
    size_t n = strcspn(path, "/") ;
    if (!n || n > NAME_MAX || (n == 1 && path[0] == '.') || (n == 2 && path[0] == '.' && path[1] == '.') || !strncmp(path, ".wh.", 4)) abort() ;
    path += n ;
    if (*path) path++ ;
  }
}

int LLVMFuzzerTestOneInput (uint8_t const *s, size_t len)
{
  char path[LAYERPATH_MAX + 1] ;
  char const *why = 0 ;
  char *raw = malloc(len + 1) ;
  char *target ;
  if (!raw) abort() ;
  memcpy(raw, s, len) ;
  raw[len] = 0 ;
  target = raw + strlen(raw) ;
  if (target < raw + len) target++ ;
  if (layerpath_clean(raw, path, &why) == 0)
  {
    char below[LAYERPATH_MAX + 1] ;
    check_clean(path) ;
    layerpath_is_old_style(path) ;
    /* a target that is clean, too, is below; one that leads out has a step up */
    if (layerpath_leads_out(path, target) && (!strstr(target, "..") || target[0] == '/')) abort() ;
    if (layerpath_clean(target, below, &why) == 0 && layerpath_leads_out(path, target)) abort() ;
  }
  else if (!why || !why[0]) abort() ;
  free(raw) ;
  return 0 ;
}
