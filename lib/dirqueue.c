/* ISC license. */

#include <stdlib.h>

#include <skalibs/djbunix.h>

#include "dirqueue.h"

void dirqueue_init (struct dirqueue *q, unsigned int max)
{
  pthread_mutex_init(&q->lock, 0) ;
  pthread_cond_init(&q->change, 0) ;
  pthread_cond_init(&q->helped, 0) ;
  q->lists = 0 ;
  q->max = max > DIRQUEUE_MAX ? DIRQUEUE_MAX : max ;
  q->head = 0 ;
  atomic_init(&q->count, 0) ;
  q->threads = 1 ;
  atomic_init(&q->idle, 0) ;
  atomic_init(&q->over, 0) ;
}

unsigned int dirqueue_put (struct dirqueue *q, struct dirqueue_task const *task)
{
  unsigned int n = 0 ;
  pthread_mutex_lock(&q->lock) ;
  if (q->count < q->max)
  {
    q->tasks[(q->head + q->count) % DIRQUEUE_MAX] = *task ;
    n = ++q->count ;
    if (q->idle) pthread_cond_signal(&q->change) ;
  }
  pthread_mutex_unlock(&q->lock) ;
  return n ;
}

static struct dirqueue_list *unfinished (struct dirqueue const *q)
{
  struct dirqueue_list *list = q->lists ;
  while (list && list->next >= list->len) list = list->following ;
  return list ;
}

int dirqueue_take (struct dirqueue *q, struct dirqueue_task *ret, struct dirqueue_list **ret_list)
{
  struct dirqueue_list *list = 0 ;
  int found = 0, waited = 0 ;
  pthread_mutex_lock(&q->lock) ;
  q->idle++ ;
  while (!q->count && !q->over && !(list = unfinished(q)))
  {
    /* those that work are those that could put more in */
    if (q->idle == q->threads) q->over = 1 ;
    else pthread_cond_wait(&q->change, &q->lock) ;
    waited = 1 ;
  }
  q->idle-- ;
  *ret_list = 0 ;
  if (q->over) pthread_cond_broadcast(&q->change) ;
  else if (list)
  {
    list->helpers++ ;
    *ret_list = list ;
    found = 1 ;
  }
  else
  {
    /* the oldest: the nearest to the top, and so the one with the most below it */
    *ret = q->tasks[q->head] ;
    q->head = (q->head + 1) % DIRQUEUE_MAX ;
    q->count-- ;
    found = 1 ;
  }
  pthread_mutex_unlock(&q->lock) ;
  return found ? found + waited : 0 ;
}

void dirqueue_offer (struct dirqueue *q, struct dirqueue_list *list)
{
  pthread_mutex_lock(&q->lock) ;
  list->helpers = 0 ;
  list->previous = 0 ;
  list->following = q->lists ;
  if (q->lists) q->lists->previous = list ;
  q->lists = list ;
  if (q->idle) pthread_cond_broadcast(&q->change) ;
  pthread_mutex_unlock(&q->lock) ;
}

int dirqueue_claim (struct dirqueue *q, struct dirqueue_list *list, unsigned int most, size_t *ret_from, size_t *ret_to)
{
  size_t from, to ;
  if (q) pthread_mutex_lock(&q->lock) ;
  from = to = list->next ;
  for (; most && to < list->len ; most--) to += (*list->length)(list->s + to) ;
  list->next = to ;
  if (q) pthread_mutex_unlock(&q->lock) ;
  if (from == to) return 0 ;
  *ret_from = from ;
  *ret_to = to ;
  return 1 ;
}

void dirqueue_withdraw (struct dirqueue *q, struct dirqueue_list *list)
{
  pthread_mutex_lock(&q->lock) ;
  if (list->following) list->following->previous = list->previous ;
  if (list->previous) list->previous->following = list->following ;
  else q->lists = list->following ;
  while (list->helpers) pthread_cond_wait(&q->helped, &q->lock) ;
  pthread_mutex_unlock(&q->lock) ;
}

void dirqueue_leave_list (struct dirqueue *q, struct dirqueue_list *list)
{
  pthread_mutex_lock(&q->lock) ;
  if (!--list->helpers) pthread_cond_broadcast(&q->helped) ;
  pthread_mutex_unlock(&q->lock) ;
}

void dirqueue_join (struct dirqueue *q)
{
  pthread_mutex_lock(&q->lock) ;
  q->threads++ ;
  pthread_mutex_unlock(&q->lock) ;
}

void dirqueue_leave (struct dirqueue *q)
{
  pthread_mutex_lock(&q->lock) ;
  q->threads-- ;
  pthread_cond_broadcast(&q->change) ;
  pthread_mutex_unlock(&q->lock) ;
}

void dirqueue_stop (struct dirqueue *q)
{
  pthread_mutex_lock(&q->lock) ;
  q->over = 1 ;
  pthread_cond_broadcast(&q->change) ;
  pthread_mutex_unlock(&q->lock) ;
}

void dirqueue_free (struct dirqueue *q)
{
  for (; q->count ; q->count--)
  {
    fd_close(q->tasks[q->head].fd) ;
    free(q->tasks[q->head].path) ;
    q->head = (q->head + 1) % DIRQUEUE_MAX ;
  }
  pthread_cond_destroy(&q->helped) ;
  pthread_cond_destroy(&q->change) ;
  pthread_mutex_destroy(&q->lock) ;
}
