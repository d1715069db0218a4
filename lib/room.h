/* ISC license. */

#ifndef STILLROOT_ROOM_H
#define STILLROOT_ROOM_H

/* Whether the file system of fd has room for so many files more, and for so many that have content, a block each. What it does not count or
   tell is there. */
extern int room_for (int fd, unsigned long files, unsigned long blocks) ;

#endif
