/* ISC license. */

#include <stdlib.h>

#include <skalibs/djbunix.h>

#include "dirqueue.h"

void dirqueue_init (struct dirqueue *q, unsigned int max)
{
  pthread_mutex_init(&q->lock, 0) ;
  pthread_cond_init(&q->change, 0) ;
  q->max = max > DIRQUEUE_MAX ? DIRQUEUE_MAX : max ;
  q->head = 0 ;
  atomic_init(&q->count, 0) ;
  q->threads = 1 ;
  q->idle = 0 ;
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

int dirqueue_take (struct dirqueue *q, struct dirqueue_task *ret)
{
  int found = 0 ;
  pthread_mutex_lock(&q->lock) ;
  q->idle++ ;
  while (!q->count && !q->over)
  {
    /* those that work are those that could put more in */
    if (q->idle == q->threads) q->over = 1 ;
    else pthread_cond_wait(&q->change, &q->lock) ;
  }
  q->idle-- ;
  if (q->over) pthread_cond_broadcast(&q->change) ;
  else
  {
    /* the oldest: the nearest to the top, and so the one with the most below it */
    *ret = q->tasks[q->head] ;
    q->head = (q->head + 1) % DIRQUEUE_MAX ;
    q->count-- ;
    found = 1 ;
  }
  pthread_mutex_unlock(&q->lock) ;
  return found ;
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
  pthread_cond_destroy(&q->change) ;
  pthread_mutex_destroy(&q->lock) ;
}
