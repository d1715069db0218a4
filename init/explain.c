/* ISC license. */

#include <errno.h>
#include <string.h>

#include <skalibs/types.h>

#include "explain.h"
#include "reason.h"
#include "remarks.h"
#include "requirements.h"

/* what the reader puts in: the image, and where the volume is on the machine */
#define IMAGE "IMAGE"
#define DATA "/srv/app"

#define NEED_TMPFS (NEED_RUN | NEED_RUN_USER | NEED_TMP)

static struct snippet_row const docker[] =
{
  { NEED_READONLY, SNIPPET_EACH, "# --read-only: $w\n" },
  { NEED_USER, SNIPPET_EACH, "# --user $a:$b: $w\n" },
  { NEED_RUN, SNIPPET_EACH, "# --tmpfs $a:exec: $w\n" },
  { NEED_RUN_USER, SNIPPET_EACH, "# --tmpfs $a:exec,uid=$b: $w\n" },
  { NEED_TMP, SNIPPET_EACH, "# --tmpfs $a: $w\n" },
  { NEED_CAP_DROP, SNIPPET_EACH, "# --cap-drop ALL: $w\n" },
  { NEED_CAP_ADD, SNIPPET_EACH, "# --cap-add $a: $w\n" },
  { NEED_NO_NEW, SNIPPET_EACH, "# --security-opt no-new-privileges: $w\n" },
  { NEED_ENV, SNIPPET_EACH, "# -e $a=$b: $w\n" },
  { NEED_VOLUME, SNIPPET_EACH, "# -v " DATA ":$a: $w\n" },
  { 0, SNIPPET_ONCE, "docker run" },
  { NEED_READONLY, SNIPPET_EACH, " --read-only" },
  { NEED_USER, SNIPPET_EACH, " --user $a:$b" },
  { NEED_RUN, SNIPPET_EACH, " --tmpfs $a:exec" },
  { NEED_RUN_USER, SNIPPET_EACH, " --tmpfs $a:exec,uid=$b" },
  { NEED_TMP, SNIPPET_EACH, " --tmpfs $a" },
  { NEED_CAP_DROP, SNIPPET_EACH, " --cap-drop ALL" },
  { NEED_CAP_ADD, SNIPPET_EACH, " --cap-add $a" },
  { NEED_NO_NEW, SNIPPET_EACH, " --security-opt no-new-privileges" },
  { NEED_ENV, SNIPPET_EACH, " -e $a=$b" },
  { NEED_VOLUME, SNIPPET_EACH, " -v " DATA ":$a" },
  { 0, SNIPPET_ONCE, " " IMAGE "\n" }
} ;

static struct snippet_row const compose[] =
{
  { 0, SNIPPET_ONCE, "services:\n  app:\n    image: " IMAGE "\n" },
  { NEED_READONLY, SNIPPET_EACH, "    read_only: true  # $w\n" },
  { NEED_USER, SNIPPET_EACH, "    user: \"$a:$b\"  # $w\n" },
  { NEED_TMPFS, SNIPPET_ONCE, "    tmpfs:\n" },
  { NEED_RUN, SNIPPET_EACH, "      - $a:exec  # $w\n" },
  { NEED_RUN_USER, SNIPPET_EACH, "      - $a:exec,uid=$b  # $w\n" },
  { NEED_TMP, SNIPPET_EACH, "      - $a  # $w\n" },
  { NEED_CAP_DROP, SNIPPET_EACH, "    cap_drop: [ALL]  # $w\n" },
  { NEED_CAP_ADD, SNIPPET_ONCE, "    cap_add:\n" },
  { NEED_CAP_ADD, SNIPPET_EACH, "      - $a  # $w\n" },
  { NEED_NO_NEW, SNIPPET_EACH, "    security_opt: [\"no-new-privileges:true\"]  # $w\n" },
  { NEED_ENV, SNIPPET_ONCE, "    environment:\n" },
  { NEED_ENV, SNIPPET_EACH, "      $a: \"$b\"  # $w\n" },
  { NEED_VOLUME, SNIPPET_ONCE, "    volumes:\n" },
  { NEED_VOLUME, SNIPPET_EACH, "      - " DATA ":$a  # $w\n" }
} ;

static struct snippet_row const kubernetes[] =
{
  { 0, SNIPPET_ONCE, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\nspec:\n" },
  { NEED_USER | NEED_GROUP, SNIPPET_ONCE, "  securityContext:\n" },
  { NEED_USER, SNIPPET_EACH, "    runAsUser: $a  # $w\n    runAsGroup: $b  # as now\n    runAsNonRoot: true  # it is not root\n" },
  { NEED_GROUP, SNIPPET_EACH, "    fsGroup: $a  # $w\n" },
  { 0, SNIPPET_ONCE, "  containers:\n    - name: app\n      image: " IMAGE "\n" },
  { NEED_READONLY | NEED_NO_NEW | NEED_NO_NEW_POD | NEED_CAP_DROP | NEED_CAP_ADD, SNIPPET_ONCE, "      securityContext:\n" },
  { NEED_READONLY, SNIPPET_EACH, "        readOnlyRootFilesystem: true  # $w\n" },
  { NEED_NO_NEW | NEED_NO_NEW_POD, SNIPPET_EACH, "        allowPrivilegeEscalation: false  # $w\n" },
  { NEED_CAP_DROP | NEED_CAP_ADD, SNIPPET_ONCE, "        capabilities:\n" },
  { NEED_CAP_DROP, SNIPPET_EACH, "          drop: [ALL]  # $w\n" },
  { NEED_CAP_ADD, SNIPPET_ONCE, "          add:\n" },
  { NEED_CAP_ADD, SNIPPET_EACH, "            - $a  # $w\n" },
  { NEED_ENV, SNIPPET_ONCE, "      env:\n" },
  { NEED_ENV, SNIPPET_EACH, "        - {name: $a, value: \"$b\"}  # $w\n" },
  { NEED_TMPFS | NEED_VOLUME, SNIPPET_ONCE, "      volumeMounts:\n" },
  { NEED_RUN_USER, SNIPPET_EACH, "        - {name: run, mountPath: $a}  # $w\n" },
  { NEED_RUN | NEED_TMP | NEED_VOLUME, SNIPPET_EACH, "        - {name: $b, mountPath: $a}  # $w\n" },
  { NEED_TMPFS | NEED_VOLUME, SNIPPET_ONCE, "  volumes:\n" },
  { NEED_RUN | NEED_RUN_USER, SNIPPET_EACH, "    - {name: run, emptyDir: {medium: Memory}}  # a tmpfs\n" },
  { NEED_TMP, SNIPPET_EACH, "    - {name: $b, emptyDir: {}}  # medium: Memory makes it a tmpfs\n" },
  { NEED_VOLUME, SNIPPET_EACH, "    - {name: $b, hostPath: {path: " DATA "}}  # or a persistentVolumeClaim\n" }
} ;

#define ROWS(table) table, sizeof table / sizeof table[0]

static struct { char const *name, *title ; struct snippet_row const *rows ; size_t n ; } const forms[] =
{
  { "docker", "# The command line for docker, or podman\n", ROWS(docker) },
  { "compose", "# compose.yaml\n", ROWS(compose) },
  { "kubernetes", "# pod.yaml, for Kubernetes\n", ROWS(kubernetes) }
} ;

#define FORMS (sizeof forms / sizeof forms[0])

static void add_title (struct look const *l, stralloc *sa)
{
  char uid[UINT_FMT], gid[UINT_FMT] ;
  uid[uint_fmt(uid, l->boot.privileges.euid)] = 0 ;
  gid[uint_fmt(gid, l->boot.privileges.egid)] = 0 ;
  reason_add(sa, "# Found: a ", l->boot.mode & (BOOT_RO | BOOT_NONROOT_RO) ? "read-only" : "writable", " root file system, user ", uid, ":", gid,
    "\n# " IMAGE " and " DATA " are yours to fill in; for another way of running it, ask with the flags of that\n") ;
}

int explain (char const *form, char const *const *envp, stralloc *sa)
{
  struct requirements needs ;
  struct look l ;
  size_t i = 0 ;
  while (form && i < FORMS && strcmp(form, forms[i].name)) i++ ;
  if (i == FORMS) return (errno = EINVAL, -1) ;
  if (look_around(&l, envp) == -1) return -1 ;
  requirements_find(&needs, &l) ;
  add_title(&l, sa) ;
  remarks_add(&l, sa) ;
  for (; i < FORMS ; i++)
  {
    if (!stralloc_cats(sa, "\n") || !stralloc_cats(sa, forms[i].title)) return -1 ;
    if (snippet_render(forms[i].rows, forms[i].n, needs.needs, needs.n, sa) == -1) return -1 ;
    if (form) break ;
  }
  return 0 ;
}
