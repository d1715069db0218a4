/* ISC license. */

#ifndef STILLROOT_STATEDIR_H
#define STILLROOT_STATEDIR_H

/* The directory STATEDIR of a tmpfs that the runtime has mounted for the container, /dev or /dev/shm: others may have been there before us,
   and others may share it (--ipc=host, a Kubernetes pod, the machine's own /dev). */

enum statedir_obstacle
{
  STATEDIR_OK,
  STATEDIR_SYSTEM,      /* a system call failed; errno */
  STATEDIR_ABSENT,      /* there is no such place */
  STATEDIR_DISK,        /* the place is no tmpfs */
  STATEDIR_MACHINE,     /* it is the /dev of the machine, which outlives the container */
  STATEDIR_UNWRITABLE,  /* nothing can be made there; errno */
  STATEDIR_EXPOSED,     /* who else can write there could replace what we make */
  STATEDIR_FOREIGN,     /* another user has made it, or it is no directory, or others can write in it */
  STATEDIR_TAKEN,       /* another container uses it */
  STATEDIR_FULL         /* it has not room enough for what a boot writes: STATEDIR_ROOM bytes, STATEDIR_FILES files */
} ;

#define STATEDIR_ROOM (512 * 1024)
#define STATEDIR_FILES 128

/* Opens STATEDIR in placefd, a directory, and locks it. It is made where it is missing; one that is there is used when it is the caller's own, no
   one else can write to it, and nobody has its lock or an s6-svscan in it: a boot that was killed has left it, and what it left is removed.
   Returns its descriptor and stores in *ret_lockfd that of the lock, which holds as long as the process has it (it is closed on exec); or
   returns -1, the obstacle in *ret_obstacle, errno where that has one. */
extern int statedir_open (int placefd, int *ret_lockfd, enum statedir_obstacle *ret_obstacle) ;

/* Takes back what statedir_open() has made, when it turns out to be of no use, and closes both descriptors. Leaves errno alone. */
extern void statedir_give_up (int placefd, int fd, int lockfd) ;

/* What would be in the way of statedir_open(), as far as that can be seen without making anything, and a lock apart. */
extern enum statedir_obstacle statedir_look (int placefd) ;

/* What others would take for a directory of theirs: STATEDIR in placefd becomes a link to target, or is one, made by the caller's user.
   Returns 0, or -1 with the obstacle and errno as above. */
extern int statedir_link (int placefd, char const *target, enum statedir_obstacle *ret_obstacle) ;

/* What would be in the way of statedir_link(). */
extern enum statedir_obstacle statedir_look_link (int placefd, char const *target) ;

/* Removes what a boot has put into STATEDIR of placefd, and it, if it is the one that runfd's state is in, and nobody else uses it by now.
   Returns 0, also where it is not that one, or -1 and sets errno. Gives up the lock, if this process has it. */
extern int statedir_remove (int placefd, int runfd) ;

/* In a few words, for the end of a sentence: "there is no such directory". */
extern char const *statedir_obstacle_text (enum statedir_obstacle) ;

#endif
