/* ISC license.
   Usage: slowfs SOURCE MOUNTPOINT, with DELAY_US (default 1000) in the environment
   Shows the directory SOURCE at MOUNTPOINT and waits with every call, as a file system across a network does. Any number of calls wait
   side by side. Stays in the foreground until it is unmounted. */

#define FUSE_USE_VERSION 312

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define THREADS 128

static int source ;
static struct timespec delay ;

static void wait_as_a_network (void)
{
  nanosleep(&delay, 0) ;
}

static int result (int r)
{
  return r == -1 ? -errno : 0 ;
}

/* relative to the source */
static char const *below (char const *path)
{
  return path[1] ? path + 1 : "." ;
}

static int slow_getattr (char const *path, struct stat *st, struct fuse_file_info *fi)
{
  (void)fi ;
  wait_as_a_network() ;
  return result(fstatat(source, below(path), st, AT_SYMLINK_NOFOLLOW)) ;
}

static int slow_chown (char const *path, uid_t uid, gid_t gid, struct fuse_file_info *fi)
{
  (void)fi ;
  wait_as_a_network() ;
  return result(fchownat(source, below(path), uid, gid, AT_SYMLINK_NOFOLLOW)) ;
}

static int slow_opendir (char const *path, struct fuse_file_info *fi)
{
  int fd ;
  DIR *dir ;
  wait_as_a_network() ;
  fd = openat(source, below(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return -errno ;
  dir = fdopendir(fd) ;
  if (!dir) { int e = errno ; close(fd) ; return -e ; }
  fi->fh = (uint64_t)(uintptr_t)dir ;
  return 0 ;
}

static int slow_readdir (char const *path, void *buf, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *fi, enum fuse_readdir_flags flags)
{
  DIR *dir = (DIR *)(uintptr_t)fi->fh ;
  struct dirent *d ;
  (void)path ;
  (void)flags ;
  wait_as_a_network() ;
  seekdir(dir, offset) ;
  while ((d = readdir(dir)))
  {
    struct stat const st = { .st_ino = d->d_ino, .st_mode = (mode_t)DTTOIF(d->d_type) } ;
    if (fill(buf, d->d_name, &st, d->d_off, 0)) break ;
  }
  return 0 ;
}

static int slow_releasedir (char const *path, struct fuse_file_info *fi)
{
  (void)path ;
  closedir((DIR *)(uintptr_t)fi->fh) ;
  return 0 ;
}

static struct fuse_operations const operations =
{
  .getattr = &slow_getattr, .chown = &slow_chown, .opendir = &slow_opendir, .readdir = &slow_readdir, .releasedir = &slow_releasedir
} ;

int main (int argc, char **argv)
{
  char const *us = getenv("DELAY_US") ;
  unsigned long n = us ? strtoul(us, 0, 10) : 1000 ;
  char options[] = "allow_other,default_permissions,fsname=slowfs" ;
  char *arguments[] = { argv[0], "-o", options, 0 } ;
  struct fuse_args args = FUSE_ARGS_INIT(3, arguments) ;
  struct fuse_loop_config *config = fuse_loop_cfg_create() ;
  struct fuse *fuse ;
  int r = 1 ;
  if (argc != 3) { fprintf(stderr, "usage: slowfs SOURCE MOUNTPOINT\n") ; return 100 ; }
  delay = (struct timespec){ .tv_sec = (time_t)(n / 1000000), .tv_nsec = (long)(n % 1000000) * 1000 } ;
  source = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (source == -1) { fprintf(stderr, "slowfs: fatal: unable to open %s: %s\n", argv[1], strerror(errno)) ; return 111 ; }
  fuse = fuse_new(&args, &operations, sizeof operations, 0) ;
  if (!fuse || fuse_mount(fuse, argv[2])) return 111 ;
  fuse_loop_cfg_set_max_threads(config, THREADS) ;
  fuse_loop_cfg_set_idle_threads(config, THREADS) ;
  fuse_loop_cfg_set_clone_fd(config, 1) ;
  r = fuse_loop_mt(fuse, config) ;
  fuse_unmount(fuse) ;
  fuse_destroy(fuse) ;
  fuse_loop_cfg_destroy(config) ;
  return r ? 111 : 0 ;
}
