/* ISC license. */

#ifndef STILLROOT_LONGRUNDIR_H
#define STILLROOT_LONGRUNDIR_H

/* The live servicedirs of s6-rc's longruns. */

struct longrundir
{
  char const *name ;
  int srcfd ;               /* the definition's directory */
  char const *src ;         /* its absolute path */
  int reads ;               /* it is a consumer: the standard input of its run is the pipe of its name */
  char const *consumer ;    /* the standard output of its run is the pipe of that name; 0: it is not a producer */
} ;

/* Makes the servicedir, down, in RUN_SERVICEDIRS. What s6-rc would put into it is linked to the definition; run and finish are links to
   exe instead, with SERVICE_SCRIPT and SERVICE_FINISH beside them, where there is a pipe or they are not executable: s6-rc makes them so,
   and a /run may be noexec. Stores in *ret_helped whether that is so of run.
   A pipe is a fifo in RUN_PIPES, made by its consumer; whoever uses it has both ends open, so that it outlives either side,
   without a process for it, such as s6-rc's fd-holder. For that, a producer could read what others write to the same
   consumer: their lines are no secret among them.
   Returns 0, or -1 and sets errno. */
extern int longrundir_make (int runfd, char const *exe, struct longrundir const *, int *ret_helped) ;

#endif
