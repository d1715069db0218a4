/* ISC license. */

#include <sys/resource.h>

#include "crew.h"
#include "pidslimit.h"

#define STACK_SIZE (512 << 10)
#define SHARE 4   /* of what is left of processes, one in so many */

void crew_init (struct crew *c, unsigned int processors, unsigned int most)
{
  if (most > CREW_MAX) most = CREW_MAX ;
  if (processors < 1) processors = 1 ;
  if (most < processors) most = processors = processors > CREW_MAX ? CREW_MAX : processors ;
  pthread_mutex_init(&c->lock, 0) ;
  c->processors = processors ;
  c->limited = 0 ;
  atomic_init(&c->n, 1) ;
  atomic_init(&c->wanted, processors) ;
  atomic_init(&c->most, most) ;
}

int crew_is_small (struct crew const *c)
{
  return atomic_load_explicit(&c->n, memory_order_relaxed) < atomic_load_explicit(&c->wanted, memory_order_relaxed) ;
}

int crew_waits (struct crew const *c)
{
  return atomic_load_explicit(&c->wanted, memory_order_relaxed) > c->processors ;
}

static unsigned int limit (unsigned int most, unsigned int processors)
{
  struct rlimit r ;
  unsigned int left = pidslimit_left() / SHARE ;
  if (getrlimit(RLIMIT_NPROC, &r) == 0 && r.rlim_cur / SHARE < left) left = (unsigned int)(r.rlim_cur / SHARE) ;
  if (left < processors) left = processors ;
  return left < most ? left : most ;
}

void crew_want (struct crew *c, unsigned int n)
{
  if (n <= c->wanted) return ;
  pthread_mutex_lock(&c->lock) ;
  if (!c->limited)
  {
    c->limited = 1 ;
    c->most = limit(c->most, c->processors) ;
  }
  if (n > c->most) n = c->most ;
  if (n > c->wanted) c->wanted = n ;
  pthread_mutex_unlock(&c->lock) ;
}

void crew_grow (struct crew *c, unsigned int tasks)
{
  pthread_attr_t attr ;
  if (!crew_is_small(c) || pthread_attr_init(&attr)) return ;
  pthread_attr_setstacksize(&attr, STACK_SIZE) ;
  pthread_mutex_lock(&c->lock) ;
  for (; tasks && c->n < c->wanted ; tasks--)
  {
    void *prepared = (*c->prepare)(c->data) ;
    if (prepared && pthread_create(c->threads + c->n, &attr, c->work, prepared) == 0) { c->n++ ; continue ; }
    if (prepared) (*c->dismiss)(prepared) ;
    /* those that run must do */
    atomic_store(&c->most, c->n) ;
    atomic_store(&c->wanted, c->n) ;
    c->limited = 1 ;
    break ;
  }
  pthread_mutex_unlock(&c->lock) ;
  pthread_attr_destroy(&attr) ;
}

void crew_end (struct crew *c)
{
  unsigned int i = 1, n ;
  pthread_mutex_lock(&c->lock) ;
  n = c->n ;
  c->wanted = c->most = n ;
  pthread_mutex_unlock(&c->lock) ;
  for (; i < n ; i++) pthread_join(c->threads[i], 0) ;
  pthread_mutex_destroy(&c->lock) ;
}
