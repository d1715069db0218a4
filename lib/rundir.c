/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/capability.h>

#include <skalibs/djbunix.h>

#include "memoryfs.h"
#include "mountpoint.h"
#include "paths.h"
#include "rundir.h"
#include "runlinks.h"
#include "runmount.h"
#include "scandir.h"
#include "writability.h"

/* One climb of the ladder. */
struct climb
{
  int rootfd ;
  int runfd ;                     /* /run; -1: there is none, which a look only finds, and it could be made */
  struct privileges const *p ;
  int readonly ;                  /* the root */
  int look ;                      /* nothing is to be made, mounted, changed or locked */
  int own ;                       /* whether something is mounted on /run */
  int bound ;                     /* whether it is writable, but has the image's links, which are not ours to remove */
  int fd ;                        /* what it comes to; not when it is a look */
} ;

/* Where the runtime has a tmpfs, and how /run leads there. The first one is the container's own, and root's alone. */
struct place
{
  char const *path ;
  char const *target ;
  enum rundir_step step ;
} ;

static struct place const places[] =
{
  { ROOT_DEV, ANCHOR_TO_DEV, RUNDIR_DEV },
  { ROOT_SHM, ANCHOR_TO_SHM, RUNDIR_SHM }
} ;

char const *rundir_step_name (enum rundir_step step)
{
  static char const *const names[] =
  {
    [RUNDIR_NONE] = "not usable",
    [RUNDIR_AS_IS] = "writable",
    [RUNDIR_REMOUNTED] = "was noexec, remounted exec",
    [RUNDIR_NOEXEC] = "noexec, executables are links into the root",
    [RUNDIR_MOUNTED] = "was not writable, a tmpfs is mounted",
    [RUNDIR_DEV] = "links to " PATH_STATEDIR_DEV,
    [RUNDIR_SHM] = "links to " PATH_STATEDIR_SHM,
    [RUNDIR_DISK] = "writable, on disk"
  } ;
  return names[step] ;
}

static int fail (struct rundir *ret, enum rundir_fault fault)
{
  ret->fault = fault ;
  return -1 ;
}

static int refuse (struct rundir *ret, char const *place, enum statedir_obstacle o)
{
  ret->place = place ;
  ret->obstacle = o ;
  ret->place_errno = o == STATEDIR_SYSTEM || o == STATEDIR_UNWRITABLE ? errno : 0 ;
  return fail(ret, RUNDIR_FAULT_PLACE) ;
}

/* Why a place could not be opened. */
static enum statedir_obstacle absence (int e)
{
  return e == ENOENT || e == ENOTDIR || e == ELOOP ? STATEDIR_ABSENT : STATEDIR_SYSTEM ;
}

/* Why /run could not be. */
static enum rundir_fault fault_of_run (int e)
{
  return e == EACCES || absence(e) == STATEDIR_ABSENT ? RUNDIR_FAULT_DIRECTORY : RUNDIR_FAULT_SYSTEM ;
}

static int open_place (int rootfd, char const *path)
{
  return openat(rootfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ;
}

/* fd_close() leaves errno alone. */
static int close_with (int fd, int r)
{
  fd_close(fd) ;
  return r ;
}

static int secure (struct climb const *c, struct rundir *ret)
{
  ret->access = c->look ? runaccess_look(c->runfd, c->p) : runaccess_secure(c->runfd, c->p) ;
  return ret->access == RUNACCESS_EXPOSED ? fail(ret, RUNDIR_FAULT_EXPOSED) : 0 ;
}

/* A volume that two containers have been given, or an init that is executed beside another one: one that runs has the scandir; one that boots, this lock,
   until its stage 2 has seen that; one that ends has it too. */
static int is_busy (struct climb const *c)
{
  return !c->look && (scandir_is_used(c->runfd) == 1 || (flock(c->runfd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK)) ;
}

/* Steps 1 and 2: a /run that the runtime has mounted, and that is writable. */
static int use_mount (struct climb *c, struct rundir *ret)
{
  struct statfs st ;
  int may_mount = privileges_has(c->p, CAP_SYS_ADMIN) ;
  /* before anything of it changes: it may be another's */
  if (is_busy(c)) return (errno = EBUSY, fail(ret, RUNDIR_FAULT_BUSY)) ;
  if (secure(c, ret) == -1) return -1 ;
  if (fstatfs(c->runfd, &st) == -1) return fail(ret, RUNDIR_FAULT_SYSTEM) ;
  ret->memory = is_memoryfs(&st) ;
  ret->step = RUNDIR_AS_IS ;
  c->fd = c->runfd ;
  if (!(st.f_flags & ST_NOEXEC)) return 0 ;
  if (may_mount && !c->look && runmount_exec((unsigned long)st.f_flags) == -1) ret->mount_errno = errno ;
  ret->step = may_mount && !ret->mount_errno ? RUNDIR_REMOUNTED : RUNDIR_NOEXEC ;
  return 0 ;
}

/* Step 3: a tmpfs of our own. */
static int use_tmpfs (struct climb *c, struct rundir *ret)
{
  c->fd = c->look ? -1 : runmount(c->runfd) ;
  if (c->fd == -1 && !c->look)
  {
    ret->mount_errno = errno ;
    return -1 ;
  }
  ret->step = RUNDIR_MOUNTED ;
  ret->memory = 1 ;
  return 0 ;
}

/* The image's links lead to /dev/shm; root's state is one step further. */
static int link_shm (struct climb const *c, struct rundir *ret)
{
  /* a runtime may have none; in the container's own /dev it can be made */
  int made = !c->look && mkdirat(c->rootfd, ROOT_SHM, 0755) == 0 ;
  int fd = open_place(c->rootfd, ROOT_SHM) ;
  enum statedir_obstacle o ;
  if (fd == -1) return c->look && errno == ENOENT ? 0 : refuse(ret, ROOT_SHM, absence(errno)) ;
  if (made) fchmod(fd, 01777) ;
  if (c->look) o = statedir_look_link(fd, SHM_TO_DEV) ;
  else statedir_link(fd, SHM_TO_DEV, &o) ;
  return close_with(fd, o ? refuse(ret, ROOT_SHM, o) : 0) ;
}

/* Makes /run lead to the state directory. Where it can be written to, not even a link that is right stays as it is when it is another user's. */
static int lead (struct climb const *c, struct place const *place, struct rundir *ret)
{
  char const *what ;
  if (ret->write_errno ? runlinks_lead(c->runfd, place->target) : c->look || runlinks_make(c->runfd, place->target, &what) == 0) return 0 ;
  /* a root that is full has no room for another link */
  return !c->p->euid && runlinks_lead(c->runfd, ANCHOR_TO_SHM) ? link_shm(c, ret) : fail(ret, RUNDIR_FAULT_UNBAKED) ;
}

static int open_statedir (struct climb *c, int placefd, char const *path, struct rundir *ret)
{
  enum statedir_obstacle o ;
  if (c->look) o = statedir_look(placefd) ;
  else c->fd = statedir_open(placefd, &ret->lockfd, &o) ;
  return o ? refuse(ret, path, o) : 0 ;
}

static int use_place (struct climb *c, struct place const *place, struct rundir *ret)
{
  int placefd ;
  /* known before anything is made in a place that others share */
  if (ret->write_errno && !runlinks_lead(c->runfd, place->target) && !runlinks_lead(c->runfd, ANCHOR_TO_SHM))
    return fail(ret, c->own ? RUNDIR_FAULT_HIDDEN : RUNDIR_FAULT_UNBAKED) ;
  placefd = open_place(c->rootfd, place->path) ;
  if (placefd == -1) return refuse(ret, place->path, absence(errno)) ;
  if (open_statedir(c, placefd, place->path, ret) == -1) return close_with(placefd, -1) ;
  if (lead(c, place, ret) == -1)
  {
    if (!c->look) statedir_give_up(placefd, c->fd, ret->lockfd) ;
    ret->lockfd = -1 ;
    return close_with(placefd, -1) ;
  }
  ret->step = place->step ;
  ret->memory = 1 ;
  return close_with(placefd, 0) ;
}

/* Step 4: a directory of the runtime's own tmpfs. Where none will do, the first one's fault is told. */
static int use_statedir (struct climb *c, struct rundir *ret)
{
  struct rundir second ;
  if (c->p->euid) return use_place(c, places + 1, ret) ;
  if (use_place(c, places, ret) == 0) return 0 ;
  /* the container's own /dev: another init in it, from whom /run would be led away */
  if (ret->fault == RUNDIR_FAULT_PLACE && ret->obstacle == STATEDIR_TAKEN) return (errno = EBUSY, fail(ret, RUNDIR_FAULT_BUSY)) ;
  second = *ret ;
  second.fault = RUNDIR_FAULT_NONE ;
  if (use_place(c, places + 1, &second) == -1) return -1 ;
  *ret = second ;
  return 0 ;
}

/* What a tmpfs needs is too much for the root's own /run. */
static void close_to_others (int runfd)
{
  struct stat st ;
  if (fstat(runfd, &st) == 0 && (st.st_mode & 07777) == RUNDIR_IMAGE_MODE) fchmod(runfd, 0755) ;
}

/* Returns 0, or -1 with the fault and errno. */
static int climb (struct climb *c, struct rundir *ret)
{
  if (c->runfd >= 0 && writability_probe(c->runfd, &ret->write_errno) == WRITABLE_FULL) ret->write_errno = 0 ;
  c->own = c->runfd >= 0 && mountpoint_is(c->runfd) ;
  c->bound = c->runfd >= 0 && !ret->write_errno && runlinks_stay(c->runfd, ANCHOR_TO_SHM, c->p->euid) ;
  if (c->own && !ret->write_errno && !c->bound) return use_mount(c, ret) ;
  /* an init that is executed a second time would lead /run away from the first */
  if (!c->look && scandir_pid(c->runfd) > 0) return (errno = EBUSY, fail(ret, RUNDIR_FAULT_BUSY)) ;
  if (!c->look && !c->own && !c->readonly && !c->p->euid) close_to_others(c->runfd) ;
  if (c->readonly && privileges_has(c->p, CAP_SYS_ADMIN) && use_tmpfs(c, ret) == 0) return 0 ;
  if (c->runfd >= 0 && (c->own || !c->readonly) && secure(c, ret) == -1) return -1 ;
  if (use_statedir(c, ret) == 0) return 0 ;
  if (ret->fault == RUNDIR_FAULT_BUSY) return -1 ;
  if (c->bound) return fail(ret, RUNDIR_FAULT_BOUND) ;
  if (ret->write_errno) return -1 ;
  if (is_busy(c)) return (errno = EBUSY, fail(ret, RUNDIR_FAULT_BUSY)) ;
  ret->step = RUNDIR_DISK ;
  c->fd = c->runfd ;
  return 0 ;
}

int rundir_open (int rootfd, struct privileges const *p, int readonly, struct rundir *ret)
{
  struct climb c = { .rootfd = rootfd, .p = p, .readonly = readonly, .look = 0, .fd = -1 } ;
  *ret = (struct rundir){ .step = RUNDIR_NONE, .fault = RUNDIR_FAULT_NONE, .lockfd = -1 } ;
  /* what keeps it from being made is seen when it is opened */
  mkdirat(rootfd, ROOT_RUN, 0755) ;
  c.runfd = open_place(rootfd, ROOT_RUN) ;
  if (c.runfd == -1) return fail(ret, fault_of_run(errno)) ;
  if (climb(&c, ret) == -1) return close_with(c.runfd, -1) ;
  return c.fd == c.runfd ? c.fd : close_with(c.runfd, c.fd) ;
}

void rundir_look (int rootfd, struct privileges const *p, int readonly, struct rundir *ret)
{
  struct climb c = { .rootfd = rootfd, .p = p, .readonly = readonly, .look = 1, .fd = -1 } ;
  *ret = (struct rundir){ .step = RUNDIR_NONE, .fault = RUNDIR_FAULT_NONE, .lockfd = -1 } ;
  c.runfd = open_place(rootfd, ROOT_RUN) ;
  if (c.runfd == -1 && (errno != ENOENT || readonly || writability_probe(rootfd, &ret->write_errno) > WRITABLE_FULL))
  {
    fail(ret, fault_of_run(errno)) ;
    return ;
  }
  climb(&c, ret) ;
  if (c.runfd >= 0) close_with(c.runfd, 0) ;
}
