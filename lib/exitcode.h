/* ISC license. */

#ifndef STILLROOT_EXITCODE_H
#define STILLROOT_EXITCODE_H

/* The results file: the exit code that the container will have. Services and the image's scripts write it too. */

/* Its number, 0 when there is no file, or -1 when it does not begin with one from 0 to 255. */
extern int exitcode_read (int runfd) ;

/* Returns 0, or -1 and sets errno. */
extern int exitcode_write (int runfd, unsigned int code) ;

#endif
