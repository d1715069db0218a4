/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "explain.h"
#include "graphview.h"
#include "paths.h"
#include "programs.h"

/* what report_json() ends with */
#define JSON_END "\n}\n"

enum form { FORM_TEXT, FORM_JSON, FORM_DOT } ;

static void read_report (char const *file, stralloc *sa)
{
  int fd = open(file, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1 && errno == ENOENT) strerr_dief(EXIT_USER, "there is no boot report ", file, ": was this container booted by stillroot?") ;
  if (fd == -1 || !slurp(sa, fd)) strerr_diefusys(EXIT_SYSTEM, "read ", file) ;
  fd_close(fd) ;
}

/* Returns 0, or -1 and sets errno. */
static int read_graph (struct graphview *v, stralloc const *report)
{
  int runfd = open(PATH_RUN, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int r = runfd == -1 ? -1 : graphview_read(v, runfd, report->s, report->len) ;
  int e = errno ;
  if (runfd >= 0) fd_close(runfd) ;
  return (errno = e, r) ;
}

/* Puts the graph into the report; 0: there is none. */
static int add_json (stralloc *report, struct graphview const *v)
{
  size_t len = sizeof JSON_END - 1 ;
  if (report->len < len || memcmp(report->s + report->len - len, JSON_END, len))
    strerr_dief(EXIT_SYSTEM, PATH_RUN "/" RUN_REPORT_JSON " is not as stillroot writes it") ;
  report->len -= len ;
  return stralloc_cats(report, ",\n  \"graph\":[") && (!v || graphview_json(v, report) == 0) && stralloc_cats(report, "\n  ]" JSON_END) ;
}

/* Makes *sa, which is the report as JSON, what is to be shown. Returns 0 without memory. */
static int render (enum form form, struct graphview const *v, stralloc *sa)
{
  if (form == FORM_JSON) return add_json(sa, v) ;
  sa->len = 0 ;
  if (form == FORM_DOT) return graphview_dot(v, sa) == 0 ;
  read_report(PATH_RUN "/" RUN_REPORT_TEXT, sa) ;
  return !v || graphview_text(v, sa) == 0 ;
}

/* How the container is to be run, which it can be asked also where it does not boot. */
static int show_explanation (char const *name, char const *const *envp)
{
  stralloc sa = STRALLOC_ZERO ;
  if (explain(name, envp, &sa) == -1)
  {
    if (errno == EINVAL) strerr_dieusage(EXIT_USER, INIT_STATUS_USAGE) ;
    strerr_diefusys(EXIT_SYSTEM, "examine the container") ;
  }
  if (allwrite(1, sa.s, sa.len) < sa.len) strerr_diefusys(EXIT_SYSTEM, "write to stdout") ;
  return 0 ;
}

int init_status_main (int argc, char const *const *argv, char const *const *envp)
{
  stralloc sa = STRALLOC_ZERO ;
  struct graphview v = GRAPHVIEW_ZERO ;
  enum form form = FORM_TEXT ;
  int there ;
  PROG = "init-status" ;
  if (argc >= 2 && argc <= 3 && !strcmp(argv[1], "--explain")) return show_explanation(argv[2], envp) ;
  if (argc == 2 && !strcmp(argv[1], "--json")) form = FORM_JSON ;
  else if (argc == 2 && !strcmp(argv[1], "--graph")) form = FORM_DOT ;
  else if (argc != 1) strerr_dieusage(EXIT_USER, INIT_STATUS_USAGE) ;
  read_report(PATH_RUN "/" RUN_REPORT_JSON, &sa) ;
  there = read_graph(&v, &sa) == 0 ;
  if (!there && form == FORM_DOT && errno == ENOENT)
    strerr_dief(EXIT_USER, "there is no boot graph " PATH_RUN "/" RUN_BOOTGRAPH ": the boot has not come so far") ;
  if (!there && form == FORM_DOT) strerr_diefusys(EXIT_SYSTEM, "read the boot graph in " PATH_RUN "/" RUN_LIVE) ;
  /* the report is worth something without it */
  if (!there && errno != ENOENT) strerr_warnwusys("read the boot graph in " PATH_RUN "/" RUN_LIVE) ;
  if (!render(form, there ? &v : 0, &sa)) strerr_diefusys(EXIT_SYSTEM, "show the boot report") ;
  if (allwrite(1, sa.s, sa.len) < sa.len) strerr_diefusys(EXIT_SYSTEM, "write to stdout") ;
  return 0 ;
}
