/* ISC license. */

#ifndef STILLROOT_ACCOUNTSLOCK_H
#define STILLROOT_ACCOUNTSLOCK_H

/* The locks that keep shadow-utils and us from writing the files of accounts at the same time: a write lock on
   /etc/.pwd.lock, as lckpwdf(3) takes it, then /etc/passwd.lock, group.lock, shadow.lock and gshadow.lock, files with the pid of
   their maker in it. The latter outlive a maker that is killed. One is stale, and taken over, when its content is no pid, or no
   process has this pid, or we or our parent have it, or the process that has it started after the lock was made (so it does
   when an image was saved, or a container restarted, with the lock in it: in a new pid namespace low pids are taken again). */

/* Takes them all. Each is waited for, ms milliseconds altogether. Returns a descriptor for accountslock_release, or -1 and sets errno,
   *ret_where is then the lock file (a constant string, relative to the root): EBUSY another process has it (at once, where /proc is
   missing or there are no more inotify instances: its release could not be seen). Several threads must lock each other out. */
extern int accountslock_take (int rootfd, unsigned int ms, char const **ret_where) ;

extern void accountslock_release (int rootfd, int lock) ;

/* Whether one of the files that outlive their maker is there. */
extern int accountslock_exists (int rootfd) ;

#endif
