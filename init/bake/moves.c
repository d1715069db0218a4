/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "boot.h"
#include "filemove.h"
#include "moves.h"
#include "oneline.h"
#include "paths.h"
#include "regularfile.h"

#define RECORD_MAX 16777216

int moves_is_ours (struct image const *image, char const *path)
{
  struct stat st, exe ;
  return fstatat(image->rootfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)
   && fstatat(image->rootfd, path, &st, 0) == 0 && fstatat(image->rootfd, ROOT_EXE, &exe, 0) == 0
   && st.st_dev == exe.st_dev && st.st_ino == exe.st_ino ;
}

/* Makes the directories above path that are missing. */
static void make_parents (struct image const *image, char const *path)
{
  char dir[PATH_MAX] ;
  char *slash = dir ;
  snprintf(dir, sizeof dir, "%s", path) ;
  while ((slash = strchr(slash, '/')))
  {
    *slash = 0 ;
    if (mkdirat(image->rootfd, dir, 0755) == -1 && errno != EEXIST) strerr_diefusys(EXIT_SYSTEM, "create ", image->name, "/", dir) ;
    *slash++ = '/' ;
  }
}

/* A line that was not written to its end is of a move that did not begin. */
static void cut_last_line (struct moves *m)
{
  size_t len = m->record.len ;
  while (len && m->record.s[len - 1] != '\n') len-- ;
  if (len == m->record.len) return ;
  m->record.len = len ;
  m->record.s[len] = 0 ;
  if (ftruncate(m->recordfd, (off_t)len) == -1) strerr_diefusys(EXIT_SYSTEM, "write ", m->image->name, "/" ROOT_ADOPTED_RECORD) ;
}

void moves_open (struct image const *image, struct moves *ret)
{
  *ret = (struct moves){ .image = image, .recordfd = -1, .record = STRALLOC_ZERO, .n = 0 } ;
  ret->recordfd = regularfile_open(image->rootfd, ROOT_ADOPTED_RECORD, O_RDWR | O_APPEND | O_NOFOLLOW) ;
  if (ret->recordfd == -1)
  {
    if (errno != ENOENT) strerr_diefusys(EXIT_SYSTEM, "open ", image->name, "/" ROOT_ADOPTED_RECORD) ;
    return ;
  }
  if (regularfile_read(ret->recordfd, RECORD_MAX, &ret->record) == -1)
    strerr_diefusys(EXIT_SYSTEM, "read ", image->name, "/" ROOT_ADOPTED_RECORD) ;
  cut_last_line(ret) ;
}

void moves_close (struct moves *m)
{
  if (m->recordfd >= 0) fd_close(m->recordfd) ;
  stralloc_free(&m->record) ;
}

static void create_record (struct moves *m)
{
  int fd ;
  make_parents(m->image, ROOT_ADOPTED_RECORD) ;
  m->recordfd = openat(m->image->rootfd, ROOT_ADOPTED_RECORD, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0644) ;
  fd = openat(m->image->rootfd, ROOT_ADOPTED, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (m->recordfd == -1 || fd == -1 || (fsync(fd) == -1 && errno != EINVAL))
    strerr_diefusys(EXIT_SYSTEM, "create ", m->image->name, "/" ROOT_ADOPTED_RECORD) ;
  fd_close(fd) ;
}

/* Writes the move down, unless an earlier one that was killed has done so. */
static void write_down (struct moves *m, char const *from, char const *to)
{
  char line[2 * PATH_MAX] ;
  size_t len = (size_t)snprintf(line, sizeof line, "/%s\t/%s\n", from, to) ;
  char const *found = m->record.len ? strstr(m->record.s, line) : 0 ;
  if (found && (found == m->record.s || found[-1] == '\n')) return ;
  if (m->recordfd == -1) create_record(m) ;
  if (!stralloc_catb(&m->record, line, len + 1) || allwrite(m->recordfd, line, len) < len || fsync(m->recordfd) == -1)
    strerr_diefusys(EXIT_SYSTEM, "write ", m->image->name, "/" ROOT_ADOPTED_RECORD) ;
  m->record.len-- ;
}

void moves_away (struct moves *m, char const *path)
{
  char to[PATH_MAX] ;
  if (snprintf(to, sizeof to, ROOT_ADOPTED "/%s", path) >= (int)sizeof to)
    strerr_dief(EXIT_USER, m->image->name, "/", path, " has too long a path to be moved to /" ROOT_ADOPTED) ;
  write_down(m, path, to) ;
  make_parents(m->image, to) ;
  if (filemove(m->image->rootfd, path, m->image->rootfd, to) == -1)
    strerr_diefusys(EXIT_SYSTEM, "move ", m->image->name, "/", path, " to /", to) ;
  m->n++ ;
}

/* Removes the directories above path that are empty, up to that of all of them. */
static void remove_parents (struct image const *image, char const *path)
{
  char dir[PATH_MAX] ;
  char *slash ;
  snprintf(dir, sizeof dir, "%s", path) ;
  while ((slash = strrchr(dir, '/')))
  {
    *slash = 0 ;
    if (!strcmp(dir, ROOT_ADOPTED)) break ;
    /* gone already: by one who was killed before he got to the next */
    if (unlinkat(image->rootfd, dir, AT_REMOVEDIR) == -1 && errno != ENOENT) break ;
  }
}

/* Moves one back. Returns whether it is left where it is. */
static int move_back (struct image const *image, char const *from, char const *to)
{
  struct stat st ;
  int was_moved = fstatat(image->rootfd, to, &st, AT_SYMLINK_NOFOLLOW) == 0 ;
  int is_taken = fstatat(image->rootfd, from, &st, AT_SYMLINK_NOFOLLOW) == 0 ;
  if (was_moved && is_taken && filemove_same(image->rootfd, from, to) == 1)
  {
    if (unlinkat(image->rootfd, to, 0) == -1) strerr_diefusys(EXIT_SYSTEM, "remove ", image->name, "/", to) ;
  }
  else if (was_moved && is_taken && !moves_is_ours(image, from))
  {
    strerr_warnw(image->name, "/", from, " is something else by now: what was there stays in /", to) ;
    return 1 ;
  }
  else if (was_moved)
  {
    make_parents(image, from) ;
    if (filemove(image->rootfd, to, image->rootfd, from) == -1) strerr_diefusys(EXIT_SYSTEM, "move ", image->name, "/", to, " to /", from) ;
    strerr_warni("restored /", from) ;
  }
  else if (!is_taken) strerr_warnw(image->name, "/", from, " cannot be restored: it is not in /", to, " either") ;
  remove_parents(image, to) ;
  return 0 ;
}

/* Cuts the last line off, into two paths that are relative to the root. */
static void take_last_line (struct moves *m, char const **from, char const **to)
{
  char *s = m->record.s, *tab ;
  size_t i = --m->record.len ;
  s[i] = 0 ;
  while (i && s[i - 1] != '\n') i-- ;
  m->record.len = i ;
  tab = strchr(s + i, '\t') ;
  if (tab) *tab = 0 ;
  if (s[i] != '/' || !tab || strncmp(tab + 1, "/" ROOT_ADOPTED "/", sizeof ROOT_ADOPTED + 1) || !is_oneline(s + i) || !is_oneline(tab + 1))
  {
    oneline(s + i, strlen(s + i)) ;
    strerr_dief(EXIT_USER, m->image->name, "/" ROOT_ADOPTED_RECORD " has a line that is no move: ", s + i) ;
  }
  *from = s + i + 1 ;
  *to = tab + 2 ;
}

size_t moves_back (struct moves *m)
{
  size_t left = 0 ;
  while (m->record.len)
  {
    char const *from, *to ;
    take_last_line(m, &from, &to) ;
    left += (size_t)move_back(m->image, from, to) ;
  }
  if (left) return left ;
  if (m->recordfd >= 0 && unlinkat(m->image->rootfd, ROOT_ADOPTED_RECORD, 0) == -1) strerr_diefusys(EXIT_SYSTEM, "remove ", m->image->name, "/" ROOT_ADOPTED_RECORD) ;
  unlinkat(m->image->rootfd, ROOT_ADOPTED, AT_REMOVEDIR) ;
  return 0 ;
}
