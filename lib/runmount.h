/* ISC license. */

#ifndef STILLROOT_RUNMOUNT_H
#define STILLROOT_RUNMOUNT_H

/* Mounts a tmpfs on /run (mode 0755, nosuid, nodev) that has what was there: directories with their owners and modes, links, files, and all that
   is mounted in it, such as the secrets in /run/secrets. Sockets, fifos and devices are left behind. runfd: /run as it is now.
   Needs CAP_SYS_ADMIN. Works with its own working directory, which is restored.
   Returns a descriptor of the new /run; or -1 and sets errno, /run then being as it was. */
extern int runmount (int runfd) ;

/* Takes the flag noexec away from what is mounted on /run, and from that mount only. flags: those it has, as statfs(2) tells them, which stay
   otherwise. Needs CAP_SYS_ADMIN. Returns 0, or -1 and sets errno. */
extern int runmount_exec (unsigned long flags) ;

#endif
