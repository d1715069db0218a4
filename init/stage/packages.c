/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "accessat.h"
#include "oneline.h"
#include "packagemanager.h"
#include "packages.h"
#include "paths.h"
#include "program.h"
#include "reason.h"
#include "regularfile.h"
#include "verbosity.h"

#define LIST_MAX 65536
#define SHOWN_MAX 64       /* of a refused word, which may be as long as the list */
#define OWN_WORDS_MAX 16   /* of a command, besides the names */

struct names
{
  char const **words ;
  size_t n ;
} ;

struct installation
{
  struct boot const *boot ;
  stralloc *reason ;
  struct packagemanager const *manager ;   /* 0: the image has none */
  char const *path ;                       /* of its program */
  struct names repo, pip ;
  int venv ;                               /* it is to be made */
  stralloc wheels ;                        /* where pip finds wheels too; empty: nowhere else */
  size_t step ;                            /* the next one */
  char const *program, *word ;             /* the command that runs, for messages */
  char const **argv ;
  size_t argc ;
  int failed ;
} ;

#define fail(i, ...) do { reason_item((i)->reason, __VA_ARGS__) ; (i)->failed = 1 ; } while (0)

static void add (struct installation *i, char const *word)
{
  i->argv[i->argc++] = word ;
  i->argv[i->argc] = 0 ;
}

static void add_words (struct installation *i, char const *const *words, size_t n)
{
  size_t k = 0 ;
  for (; k < n && words[k] ; k++) add(i, words[k]) ;
}

static void begin_command (struct installation *i, char const *program, char const *word)
{
  i->program = program ;
  i->word = word ;
  i->argc = 0 ;
}

/* env: what a stage runs has the container's environment, and no other way to one of its own. */
static void begin_manager (struct installation *i, char const *word)
{
  begin_command(i, i->manager->name, word) ;
  if (i->manager->environment)
  {
    add(i, "env") ;
    add(i, i->manager->environment) ;
  }
  add(i, i->path) ;
}

static void begin_pip (struct installation *i, char const *word)
{
  begin_command(i, "pip", word) ;
  add_words(i, (char const *const []){ "/" ROOT_LSIOPY_PYTHON, "-m", "pip", "install" }, 4) ;
}

/* python3 alone is what a venv has whose making has failed. */
static int has_venv (struct installation const *i)
{
  return accessat(i->boot->rootfd, ROOT_LSIOPY_PYTHON, X_OK) == 0 && accessat(i->boot->rootfd, ROOT_LSIOPY_PIP, F_OK) == 0 ;
}

/* The steps, in their order. Each puts a command together and returns whether there is one; one that fails keeps none from being tried. */

static int announce (struct installation *i)
{
  if (!i->repo.n) return 0 ;
  say_out("[mod-init] **** Installing all mod packages ****") ;
  if (!i->manager) fail(i, "none of " PACKAGEMANAGER_NAMES " is in the image to install the packages of /" ROOT_MOD_PACKAGES) ;
  return 0 ;
}

static int update (struct installation *i)
{
  if (!i->manager || !i->manager->update || (!i->repo.n && !i->venv)) return 0 ;
  begin_manager(i, i->manager->update) ;
  add(i, i->manager->update) ;
  return 1 ;
}

static int install (struct installation *i)
{
  /* without one, python may be there all the same */
  if (!i->manager || (!i->repo.n && !i->venv)) return 0 ;
  begin_manager(i, i->manager->install[0]) ;
  add_words(i, i->manager->install, PACKAGEMANAGER_INSTALL_MAX) ;
  add_words(i, i->repo.words, i->repo.n) ;
  if (i->venv) add(i, i->manager->venv) ;
  return 1 ;
}

static int make_venv (struct installation *i)
{
  if (!i->pip.n) return 0 ;
  say_out("[mod-init] **** Installing all pip packages ****") ;
  if (!i->venv) return 0 ;
  begin_command(i, "python3", "-m venv") ;
  add_words(i, (char const *const []){ "python3", "-m", "venv", "/" ROOT_LSIOPY }, 4) ;
  return 1 ;
}

static int upgrade_pip (struct installation *i)
{
  if (!i->pip.n || !has_venv(i)) return 0 ;
  begin_pip(i, "install -U") ;
  add_words(i, (char const *const []){ "-U", "pip", "wheel", "setuptools" }, 4) ;
  return 1 ;
}

static int install_pip (struct installation *i)
{
  if (!i->pip.n) return 0 ;
  if (!has_venv(i))
  {
    fail(i, "there is no pip in /" ROOT_LSIOPY " to install the packages of /" ROOT_MOD_PIP_PACKAGES) ;
    return 0 ;
  }
  begin_pip(i, "install") ;
  if (i->wheels.len) add_words(i, (char const *const []){ "-f", i->wheels.s }, 2) ;
  add_words(i, i->pip.words, i->pip.n) ;
  return 1 ;
}

static int (*const steps[]) (struct installation *) = { &announce, &update, &install, &make_venv, &upgrade_pip, &install_pip } ;

/* Takes those words out that a manager would take for an option, or that could be no name. */
static void refuse_words (struct installation *i, struct names *names, char const *path)
{
  char fmt[SIZE_FMT], shown[SHOWN_MAX + 1] = "" ;
  size_t k = 0, n = 0 ;
  for (; k < names->n ; k++)
  {
    char const *word = names->words[k] ;
    if (*word != '-' && is_oneline(word)) names->words[n++] = word ;
    else if (k == n) snprintf(shown, sizeof shown, "%.*s", SHOWN_MAX, word) ;
  }
  fmt[size_fmt(fmt, names->n - n)] = 0 ;
  if (n < names->n) fail(i, "/", path, " has what is no name of a package (", fmt, " of them, the first is ", shown, "): refused") ;
  names->n = n ;
}

/* A list that cannot be read is empty, and a failure. */
static void read_names (struct installation *i, char const *path, struct names *ret)
{
  stralloc text = STRALLOC_ZERO ;
  size_t k = 0 ;
  int fd = regularfile_open(i->boot->rootfd, path, O_RDONLY | O_NOFOLLOW) ;
  if (fd == -1 && errno == ENOENT) return ;
  if (fd >= 0 && regularfile_read(fd, LIST_MAX, &text) == 0)
  {
    /* what is behind it is not to be lost in silence */
    for (; k < text.len ; k++) if (!text.s[k]) text.s[k] = 1 ;
    ret->words = program_words(text.s, &ret->n) ;
  }
  if (ret->words) refuse_words(i, ret, path) ;
  else fail(i, "unable to read /", path, ": ", strerror(errno)) ;
  stralloc_free(&text) ;
  if (fd >= 0) fd_close(fd) ;
}

static void begin (struct installation *i)
{
  read_names(i, ROOT_MOD_PACKAGES, &i->repo) ;
  read_names(i, ROOT_MOD_PIP_PACKAGES, &i->pip) ;
  i->venv = i->pip.n && !has_venv(i) ;
  i->manager = packagemanager_find(i->boot->rootfd, &i->path) ;
  /* where it has none, pip has its own index */
  if (i->manager && i->pip.n) packagemanager_wheels(i->boot->rootfd, i->manager, &i->wheels) ;
  i->argv = calloc(i->repo.n + i->pip.n + OWN_WORDS_MAX, sizeof *i->argv) ;
  if (i->argv) return ;
  fail(i, "unable to install: ", strerror(errno)) ;
  i->step = sizeof steps / sizeof steps[0] ;
}

static void remove_list (struct installation *i, char const *path)
{
  if (unlinkat(i->boot->rootfd, path, 0) == -1 && errno != ENOENT) fail(i, "unable to remove /", path, ": ", strerror(errno)) ;
}

static enum stage_result end (struct installation *i)
{
  enum stage_result result ;
  if (i->failed) reason_add(i->reason, "; the lists stay, so that the next start of the container tries again") ;
  else
  {
    remove_list(i, ROOT_MOD_PACKAGES) ;
    remove_list(i, ROOT_MOD_PIP_PACKAGES) ;
  }
  result = i->failed ? STAGE_INCOMPLETE : STAGE_DONE ;
  stralloc_free(&i->wheels) ;
  free(i->repo.words) ;
  free(i->pip.words) ;
  free(i->argv) ;
  free(i) ;
  return result ;
}

enum stage_result stage_mods_packages (struct boot const *b, struct script *script, stralloc *reason)
{
  struct installation *i = script->state ;
  int first = !i ;
  if (first) script->state = i = calloc(1, sizeof *i) ;
  if (!i)
  {
    reason_errno(reason, "unable to install") ;
    return STAGE_INCOMPLETE ;
  }
  i->boot = b ;
  i->reason = reason ;
  if (first) begin(i) ;
  else if (script->code)
  {
    char fmt[UINT_FMT] ;
    fmt[uint_fmt(fmt, (unsigned int)script->code)] = 0 ;
    fail(i, i->program, " ", i->word, " exited ", fmt) ;
  }
  while (i->step < sizeof steps / sizeof steps[0])
  {
    if (!(*steps[i->step++])(i)) continue ;
    script->argv = i->argv ;
    return STAGE_RUNNING ;
  }
  return end(i) ;
}
