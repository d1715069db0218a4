/* ISC license. */

#ifndef STILLROOT_OPATH_H
#define STILLROOT_OPATH_H

#include <sys/types.h>

/* Descriptors that only say where something is (O_PATH), for acting on what others could exchange meanwhile. */

/* Opens the directory that path, relative to rootfd, stands in, step by step; no link is followed. *ret_name: what is left of path.
   Returns a descriptor, or -1 and sets errno: EINVAL ".." is a step, ENOTDIR a link is. */
extern int opath_parent (int rootfd, char const *path, char const **ret_name) ;

/* Opens path, relative to rootfd, itself, be it a link. */
extern int opath_open (int rootfd, char const *path) ;

/* chmod(2) of what fd is open on; fchmod(2) takes no such descriptor. Not for links: these have no mode of their own.
   Returns 0, or -1 and sets errno: ENOSYS, there is no /proc, and before Linux 6.6 no other way. */
extern int opath_chmod (int fd, mode_t mode) ;

/* strerror(3) for opath_chmod(), that says what is missing. */
extern char const *opath_strerror (int e) ;

#endif
