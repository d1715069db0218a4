/* ISC license.
   Usage: maketree DIR FILES DIRECTORIES
   Makes empty files evenly in directories, which stand a hundred to a directory above, as a library of media or an application's state does.
   Owned by 911:911. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABOVE 100
#define ID 911

static void die (char const *what)
{
  fprintf(stderr, "maketree: fatal: unable to make %s: %s\n", what, strerror(errno)) ;
  exit(111) ;
}

static int make_dir (int parent, char const *name)
{
  int fd ;
  if (mkdirat(parent, name, 0755) == -1 && errno != EEXIST) die(name) ;
  fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1 || fchown(fd, ID, ID) == -1) die(name) ;
  return fd ;
}

static void make_file (int dir, char const *name)
{
  int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) ;
  if (fd == -1 || fchown(fd, ID, ID) == -1) die(name) ;
  close(fd) ;
}

int main (int argc, char *const *argv)
{
  char name[64] ;
  unsigned int files, dirs, i = 0, j ;
  int top, above = -1 ;
  if (argc != 4) { fprintf(stderr, "usage: maketree DIR FILES DIRECTORIES\n") ; return 100 ; }
  files = (unsigned int)strtoul(argv[2], 0, 10) ;
  dirs = (unsigned int)strtoul(argv[3], 0, 10) ;
  top = make_dir(AT_FDCWD, argv[1]) ;
  for (; i < dirs ; i++)
  {
    int dir ;
    if (i % ABOVE == 0)
    {
      if (above >= 0) close(above) ;
      snprintf(name, sizeof name, "section-%u", i / ABOVE) ;
      above = make_dir(top, name) ;
    }
    snprintf(name, sizeof name, "directory-%u", i) ;
    dir = make_dir(above, name) ;
    for (j = i ; j < files ; j += dirs)
    {
      snprintf(name, sizeof name, "a-file-of-some-length-%u.data", j) ;
      make_file(dir, name) ;
    }
    close(dir) ;
  }
  return 0 ;
}
