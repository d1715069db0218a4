/* ISC license. */

#ifndef STILLROOT_ROOTPATH_H
#define STILLROOT_ROOTPATH_H

/* Paths below a root directory, for acting on what others can change: step by step, by descriptors. A symbolic link counts only
   where nobody but root can have put it: root alone can write the directory that it stands in, or the directory is root's with the
   sticky bit, and the link is root's (as in a volume of Kubernetes; the rule of protected_symlinks, proc_sys_fs(5)).
   It then leads nowhere out of the root. */

/* What is to be done with name in the directory dirfd (O_PATH; name may be "."); path is the whole of it, for messages. name may still
   be a link that does not count. Returns 0 to go on, anything else to end. */
typedef int rootpath_func (int dirfd, char const *name, char const *path, void *data) ;

/* Calls f for all that the pattern matches, as glob(7) has it, in the order of their names. Nothing is no error.
   Returns 0, or what f did, or -1 and sets errno; ELOOP: a link on the way does not count, or there are too many. */
extern int rootpath_glob (int rootfd, char const *pattern, rootpath_func *f, void *data) ;

/* Opens path, which is no pattern, with flags (O_NOFOLLOW and O_CLOEXEC are added). Returns a descriptor, or -1 and sets errno;
   ELOOP: a link on the way, or at its end, does not count, or there are too many. */
extern int rootpath_open (int rootfd, char const *path, int flags) ;

#endif
