/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/sig.h>

#include "accessat.h"
#include "definition.h"
#include "wordlist.h"

#define SHORT_MAX 31        /* of a word in a file */
#define DEATH_TALLY_MAX 4096

static struct { char const *file, *dir ; } const lists[DEFINITION_LISTS] =
{
  [DEFINITION_DEPENDENCIES] = { "dependencies", "dependencies.d" },
  [DEFINITION_CONTENTS] = { "contents", "contents.d" },
  [DEFINITION_PRODUCER_FOR] = { "producer-for", 0 },
  [DEFINITION_CONSUMER_FOR] = { "consumer-for", 0 },
  [DEFINITION_PIPELINE_NAME] = { "pipeline-name", 0 }
} ;

char const *definition_list_file (enum definition_list l)
{
  return lists[l].file ;
}

static void complain (struct definitionplace const *p, char const *file, char const *why)
{
  complaints_add(p->complaints, p->where, "/", file, ": ", why) ;
}

static void read_type (struct definitionplace const *p, struct definition *d)
{
  static char const *const types[] = { [DEFINITION_ONESHOT] = "oneshot", [DEFINITION_LONGRUN] = "longrun", [DEFINITION_BUNDLE] = "bundle" } ;
  stralloc text = STRALLOC_ZERO ;
  int r = definitionfile_text(p, "type", SHORT_MAX, &text) ;
  if (r == 1)
  {
    size_t k = DEFINITION_ONESHOT ;
    if (text.len && text.s[text.len - 1] == '\n') text.s[text.len - 1] = 0 ;
    for (; k <= DEFINITION_BUNDLE ; k++) if (!strcmp(text.s, types[k])) d->kind = (enum definition_kind)k ;
    if (!d->kind)
    {
      r = -1 ;
      complain(p, "type", strchr(text.s, '\r') ? "has CRLF line ends; save it with LF line ends" : "is none of oneshot, longrun, bundle") ;
    }
  }
  d->broken = r == -1 ;
  stralloc_free(&text) ;
}

/* Reads the list from its directory, or from its file where there is no directory. */
static int read_list (struct definitionplace const *p, enum definition_list l, struct namelist *list)
{
  int r = lists[l].dir ? definitionfile_entries(p, lists[l].dir, list) : 0 ;
  return r ? r : definitionfile_names(p, lists[l].file, list) ;
}

/* One name is what its reader needs: the file may be absent, but not have none or many. */
static void read_single (struct definitionplace const *p, enum definition_list l, struct namelist *list)
{
  if (read_list(p, l, list) == 1 && list->n != 1) complain(p, lists[l].file, "does not have exactly one name") ;
}

static void read_signal (struct definitionplace const *p, int *ret)
{
  stralloc text = STRALLOC_ZERO ;
  if (definitionfile_text(p, "down-signal", SHORT_MAX, &text) == 1)
  {
    int sig = 0 ;
    text.s[strcspn(text.s, "\n")] = 0 ;
    if (sig0_scan(text.s, &sig) && sig > 0 && sig <= SIGRTMAX) *ret = sig ;
    else complain(p, "down-signal", "is neither the name nor the number of a signal") ;
  }
  stralloc_free(&text) ;
}

/* It was read with room for much more, and stays as long as the boot does. */
static void trim (stralloc *text)
{
  text->len++ ;   /* the NUL */
  stralloc_shrink(text) ;
  text->len-- ;
}

/* Reads a text of a oneshot; one that could not be run is told now, not when its turn comes. Returns 0: there is none. */
static int read_script (struct definitionplace const *p, char const *file, stralloc *text)
{
  stralloc words = STRALLOC_ZERO ;
  size_t n ;
  int r = definitionfile_text(p, file, DEFINITION_SCRIPT_MAX, text) ;
  if (r != 1) return r ;
  switch (wordlist_parse(text->s, &words, &n))
  {
    case -1 : complain(p, file, strerror(errno)) ; break ;
    case WORDLIST_INVALID :
      complaints_add(p->complaints, p->where, "/", file, ": is no valid execline: ", wordlist_error(text->s)) ;
      break ;
    default : break ;
  }
  stralloc_free(&words) ;
  trim(text) ;
  return 1 ;
}

static void read_oneshot (struct definitionplace const *p, struct definition *d)
{
  if (!read_script(p, "up", &d->up)) complain(p, "up", "is missing; a oneshot needs it, if only an empty one") ;
  read_script(p, "down", &d->down) ;
}

static void read_longrun (struct definitionplace const *p, struct definition *d)
{
  struct definition_settings *s = &d->settings ;
  struct stat st ;
  if (fstatat(p->fd, "run", &st, 0) == -1) complain(p, "run", errno == ENOENT ? "is missing; a longrun needs it" : strerror(errno)) ;
  else if (!S_ISREG(st.st_mode)) complain(p, "run", "is not a regular file") ;
  s->has_finish = accessat(p->fd, "finish", F_OK) == 0 ;
  definitionfile_number(p, "notification-fd", 3, INT_MAX, &s->notification_fd) ;
  definitionfile_number(p, "lock-fd", 3, INT_MAX, &s->lock_fd) ;
  definitionfile_number(p, "timeout-kill", 0, UINT_MAX, &s->timeout_kill) ;
  definitionfile_number(p, "timeout-finish", 0, UINT_MAX, &s->timeout_finish) ;
  definitionfile_number(p, "max-death-tally", 0, DEATH_TALLY_MAX, &s->max_death_tally) ;
  read_signal(p, &s->down_signal) ;
  read_single(p, DEFINITION_PRODUCER_FOR, &d->lists[DEFINITION_PRODUCER_FOR]) ;
  read_list(p, DEFINITION_CONSUMER_FOR, &d->lists[DEFINITION_CONSUMER_FOR]) ;
  /* s6-rc ignores the name but at the end of a pipeline */
  if (!d->lists[DEFINITION_PRODUCER_FOR].n && d->lists[DEFINITION_CONSUMER_FOR].n)
    read_single(p, DEFINITION_PIPELINE_NAME, &d->lists[DEFINITION_PIPELINE_NAME]) ;
}

void definition_read (struct definitionplace const *p, struct definition *ret)
{
  *ret = (struct definition){ .settings = DEFINITION_SETTINGS_DEFAULT } ;
  read_type(p, ret) ;
  if (ret->broken) return ;
  /* s6-rc gives a bundle no dependencies, and other definitions no contents; without a type it is not known yet which it is */
  if (ret->kind != DEFINITION_BUNDLE) read_list(p, DEFINITION_DEPENDENCIES, &ret->lists[DEFINITION_DEPENDENCIES]) ;
  if (ret->kind == DEFINITION_BUNDLE || ret->kind == DEFINITION_NONE)
    ret->has_contents = !!read_list(p, DEFINITION_CONTENTS, &ret->lists[DEFINITION_CONTENTS]) ;
  ret->settings.essential = accessat(p->fd, "flag-essential", F_OK) == 0 ;
  if (ret->kind == DEFINITION_BUNDLE || ret->kind == DEFINITION_NONE) return ;
  definitionfile_number(p, "timeout-up", 0, UINT_MAX, &ret->settings.timeout_up) ;
  definitionfile_number(p, "timeout-down", 0, UINT_MAX, &ret->settings.timeout_down) ;
  if (ret->kind == DEFINITION_ONESHOT) read_oneshot(p, ret) ;
  else read_longrun(p, ret) ;
}

void definition_free (struct definition *d)
{
  size_t i = 0 ;
  for (; i < DEFINITION_LISTS ; i++) stralloc_free(&d->lists[i].names) ;
  stralloc_free(&d->up) ;
  stralloc_free(&d->down) ;
}
