/* ISC license. */

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "linkcount.h"

#define PATH_KEPT 4096

struct file
{
  struct inode inode ;        /* at the first look */
  unsigned int seen ;
  int changed, done ;
  char *path ;
} ;

struct link
{
  struct file const *file ;
  uint64_t dev, ino ;         /* the directory */
  char name[] ;
} ;

struct visit
{
  void (*f) (void *, char const *, struct inode const *) ;
  void *data ;
  int inside ;
  unsigned int n ;
} ;

static int compare (uint64_t a, uint64_t b)
{
  return (a > b) - (a < b) ;
}

static int file_compare (void const *a, void const *b)
{
  struct file const *x = a, *y = b ;
  int r = compare(x->inode.dev, y->inode.dev) ;
  return r ? r : compare(x->inode.ino, y->inode.ino) ;
}

static int link_compare (void const *a, void const *b)
{
  struct link const *x = a, *y = b ;
  int r = file_compare(x->file, y->file) ;
  if (!r) r = compare(x->dev, y->dev) ;
  if (!r) r = compare(x->ino, y->ino) ;
  return r ? r : strcmp(x->name, y->name) ;
}

static void file_free (void *p)
{
  struct file *f = p ;
  free(f->path) ;
  free(f) ;
}

static struct file *find (struct linkcount const *l, struct inode const *inode)
{
  struct file const key = { .inode = *inode } ;
  struct file *const *node = tfind(&key, &l->files, &file_compare) ;
  return node ? *node : 0 ;
}

static struct file *add_file (struct linkcount *l, struct inode const *inode, char const *path)
{
  struct file *f = calloc(1, sizeof *f) ;
  if (!f) return 0 ;
  f->inode = *inode ;
  f->path = strndup(path, PATH_KEPT) ;
  if (f->path && tsearch(f, &l->files, &file_compare)) return f ;
  file_free(f) ;
  return 0 ;
}

/* Returns 1 when it is new, 0 when not, -1 without memory. */
static int add_link (struct linkcount *l, struct file const *file, struct inode const *dir, char const *name)
{
  size_t len = strlen(name) + 1 ;
  struct link *link = malloc(sizeof *link + len) ;
  struct link *const *node ;
  if (!link) return -1 ;
  link->file = file ;
  link->dev = dir->dev ;
  link->ino = dir->ino ;
  memcpy(link->name, name, len) ;
  node = tsearch(link, &l->links, &link_compare) ;
  if (node && *node == link) return 1 ;
  free(link) ;
  return node ? 0 : -1 ;
}

int linkcount_see (struct linkcount *l, struct inode const *inode, struct inode const *dir, char const *name, char const *path)
{
  struct file *f = find(l, inode) ;
  int r ;
  if (!f) f = add_file(l, inode, path) ;
  if (!f) return -1 ;
  /* a link renamed from behind the walk to before it would be seen twice */
  if (inode->change != f->inode.change) f->changed = 1 ;
  r = add_link(l, f, dir, name) ;
  if (r == -1) return -1 ;
  f->seen += (unsigned int)r ;
  return 0 ;
}

static int is_inside (struct file const *f)
{
  return !f->changed && f->seen == f->inode.nlink ;
}

int linkcount_inside (struct linkcount const *l, struct inode const *inode)
{
  struct file const *f = find(l, inode) ;
  return f && is_inside(f) && inode_same(&f->inode, inode) && f->inode.change == inode->change && f->inode.nlink == inode->nlink ;
}

void linkcount_done (struct linkcount *l, struct inode const *inode)
{
  struct file *f = find(l, inode) ;
  if (f) f->done = 1 ;
}

static void visit (void const *node, VISIT order, void *p)
{
  struct file const *f = *(struct file *const *)node ;
  struct visit *v = p ;
  if ((order != postorder && order != leaf) || f->done || is_inside(f) != v->inside) return ;
  v->n++ ;
  if (v->f) (*v->f)(v->data, f->path, &f->inode) ;
}

unsigned int linkcount_left (struct linkcount const *l, int inside, void (*f) (void *, char const *, struct inode const *), void *data)
{
  struct visit v = { .f = f, .data = data, .inside = inside, .n = 0 } ;
  twalk_r(l->files, &visit, &v) ;
  return v.n ;
}

void linkcount_free (struct linkcount *l)
{
  tdestroy(l->links, &free) ;
  tdestroy(l->files, &file_free) ;
  l->files = l->links = 0 ;
}
