/* ISC license. */

#include <errno.h>
#include <search.h>
#include <stdlib.h>

#include "processtable.h"

struct process
{
  pid_t pid ;
  size_t number ;
} ;

static int compare (void const *a, void const *b)
{
  struct process const *x = a, *y = b ;
  return (x->pid > y->pid) - (x->pid < y->pid) ;
}

int processtable_add (struct processtable *t, pid_t pid, size_t number)
{
  struct process **found ;
  struct process *p = malloc(sizeof *p) ;
  if (!p) return -1 ;
  *p = (struct process){ .pid = pid, .number = number } ;
  found = tsearch(p, &t->root, &compare) ;
  if (found && *found == p) { t->n++ ; return 0 ; }
  free(p) ;
  return (errno = found ? EEXIST : ENOMEM, -1) ;
}

int processtable_has (struct processtable const *t, pid_t pid)
{
  struct process const key = { .pid = pid } ;
  return !!tfind(&key, &t->root, &compare) ;
}

size_t processtable_take (struct processtable *t, pid_t pid)
{
  struct process const key = { .pid = pid } ;
  struct process *const *found = tfind(&key, &t->root, &compare) ;
  struct process *p ;
  size_t number ;
  if (!found) return PROCESSTABLE_NONE ;
  p = *found ;
  number = p->number ;
  tdelete(p, &t->root, &compare) ;
  free(p) ;
  t->n-- ;
  return number ;
}

void processtable_free (struct processtable *t)
{
  tdestroy(t->root, &free) ;
  *t = (struct processtable)PROCESSTABLE_ZERO ;
}
